# Files that become part of the program: an array of bytes each, and one function that finds them by name.
#
#   tidings_embed(<target> <header> <namespace::function> FILES <path within this folder>...)
#
# adds the function's definition to the target: std::optional<std::string_view> function(std::string_view path). Run with
# -P it writes that definition.

if(CMAKE_SCRIPT_MODE_FILE)
  separate_arguments(files UNIX_COMMAND "${FILES}")
  set(arrays "")
  set(entries "")
  set(index 0)
  foreach(path IN LISTS files)
    file(READ "${SOURCE_DIR}/${path}" hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
    string(APPEND arrays "constexpr char file_${index}[] = {${bytes}'\\0'};\n")
    string(APPEND entries "  if (path == \"${path}\") return std::string_view(file_${index}, sizeof file_${index} - 1);\n")
    math(EXPR index "${index} + 1")
  endforeach()
  file(WRITE "${OUTPUT}"
       "#include \"${HEADER}\"\n\nnamespace {\n${arrays}}  // namespace\n\n"
       "std::optional<std::string_view> ${FUNCTION}(std::string_view path) {\n${entries}  return std::nullopt;\n}\n")
  return()
endif()

set(TIDINGS_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(tidings_embed target header function)
  cmake_parse_arguments(EMBED "" "" "FILES" ${ARGN})
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embedded.cpp")
  list(TRANSFORM EMBED_FILES PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE sources)
  list(JOIN EMBED_FILES " " files)
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DFILES=${files}" "-DSOURCE_DIR=${CMAKE_CURRENT_SOURCE_DIR}" "-DHEADER=${header}"
            "-DFUNCTION=${function}" "-DOUTPUT=${output}" -P "${TIDINGS_EMBED_SCRIPT}"
    DEPENDS ${sources} "${TIDINGS_EMBED_SCRIPT}"
    COMMENT "Embedding ${files}"
    VERBATIM)
  target_sources(${target} PRIVATE "${output}")
endfunction()
