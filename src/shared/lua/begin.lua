-- Begins an epoch where the one that runs is still the one that a node knows: it has seen more of it than there is.
--
-- ARGV 7: that epoch.

if epoch == ARGV[7] then begin_epoch() end
save()
return epoch
