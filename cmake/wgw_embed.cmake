# wgw_embed(<target> <name> <folder> <file>...)
#
# Puts files into a library, gzipped. They are declared as
#
#     extern const wgw::EmbeddedFile <name>[];     codec/embedded_file.hpp; in this order, and then one without a name
function(wgw_embed target name folder)
  set(assembly "")
  set(declarations "")
  set(rows "")
  set(packed_files "")
  set(index 0)
  foreach(file IN LISTS ARGN)
    set(symbol ${name}_${index})
    set(packed ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.gz)
    add_custom_command(OUTPUT ${packed} COMMAND gzip -9nc ${folder}/${file} > ${packed}
                       DEPENDS ${folder}/${file} VERBATIM)
    string(APPEND assembly ".global ${symbol}\n.global ${symbol}_end\n${symbol}: .incbin \"${packed}\"\n${symbol}_end:\n")
    string(APPEND declarations "extern \"C\" const char ${symbol}[];\nextern \"C\" const char ${symbol}_end[];\n")
    string(APPEND rows "    {\"${file}\", ${symbol}, ${symbol}_end},\n")
    list(APPEND packed_files ${packed})
    math(EXPR index "${index} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${name}.cpp CONTENT "// Made by cmake/wgw_embed.cmake.
#include \"codec/embedded_file.hpp\"

asm(R\"(
.section .rodata
${assembly}.previous
)\");

${declarations}
extern const wgw::EmbeddedFile ${name}[];
const wgw::EmbeddedFile ${name}[] = {
${rows}    {},
};
" @ONLY)
  set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp PROPERTIES OBJECT_DEPENDS "${packed_files}")
  target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
endfunction()
