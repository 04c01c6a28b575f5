# SPDX-License-Identifier: MIT
# The manual page and the completions of the program `weft`. The program itself prints them. They
# are written when it has been built, and installed with it.

set(WEFT_ZSH_COMPLETIONS ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE STRING
    "Where the completion for zsh is installed; Debian reads share/zsh/vendor-completions")

function(weft_install_program_texts)
    if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
        message(STATUS "The manual page and the completions are left out: this machine cannot run "
            "the program")
        return()
    endif()
    set(texts ${PROJECT_BINARY_DIR}/texts)
    file(MAKE_DIRECTORY ${texts})
    set(program weft_tool) # which finds shared libraries by its RPATH, if it has one
    if(BUILD_SHARED_LIBS AND (CMAKE_SKIP_RPATH OR CMAKE_SKIP_BUILD_RPATH))
        set(program ${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=$<TARGET_FILE_DIR:weft_core>
            $<TARGET_FILE:weft_tool>)
    endif()
    add_custom_command(
        OUTPUT ${texts}/weft.1 ${texts}/weft ${texts}/_weft ${texts}/weft.fish
        COMMAND ${program} man > ${texts}/weft.1
        COMMAND ${program} completion bash > ${texts}/weft
        COMMAND ${program} completion zsh > ${texts}/_weft
        COMMAND ${program} completion fish > ${texts}/weft.fish
        DEPENDS weft_tool
        COMMENT "Writing the manual page and the completions"
        VERBATIM)
    add_custom_target(weft_tool_texts ALL DEPENDS ${texts}/weft.1)
    foreach(text "weft.1 ${CMAKE_INSTALL_MANDIR}/man1" "_weft ${WEFT_ZSH_COMPLETIONS}"
            "weft ${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
            "weft.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
        separate_arguments(text)
        list(GET text 0 file)
        list(GET text 1 folder)
        install(FILES ${texts}/${file} DESTINATION ${folder} COMPONENT weft_program)
    endforeach()
endfunction()
