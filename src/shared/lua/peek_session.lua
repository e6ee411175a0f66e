-- What a session holds that could be taken now.

save()
local made_in, _, value = parts()
return made_in == epoch and value
