# SPDX-License-Identifier: MIT
# Files as constants: weft_embed() compiles a file's bytes into a target.

# Adds `extern const std::string_view <symbol>` in namespace weft_web to `target`: the content of
# `file`, which is relative to the project. A change of the file rebuilds it.
function(weft_embed target file symbol)
    set(source ${PROJECT_SOURCE_DIR}/${file})
    set(output ${PROJECT_BINARY_DIR}/embedded/${symbol}.cpp)
    set(script ${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake)
    add_custom_command(
        OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -D INPUT=${source} -D OUTPUT=${output} -D SYMBOL=${symbol}
            -P ${script}
        DEPENDS ${source} ${script}
        COMMENT "Embedding ${file}"
        VERBATIM)
    target_sources(${target} PRIVATE ${output})
endfunction()
