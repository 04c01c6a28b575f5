# SPDX-License-Identifier: MIT
# What is written for one family of processors stands in a folder with its name, in src/core/vector,
# and what needs instructions that not all of the family have, in a folder with their name below it.

# What the compiler generates code for: x86, arm64 or other.
set(weft_processor other)
list(LENGTH CMAKE_OSX_ARCHITECTURES architectures)
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang" AND NOT MSVC AND architectures LESS 2)
    set(options "")
    if(CMAKE_OSX_ARCHITECTURES)
        set(options -arch ${CMAKE_OSX_ARCHITECTURES})
    endif()
    weft_preprocess(processor "#if defined __x86_64__ || defined __i386__\nweft_builds x86\n\
#elif defined __aarch64__ && defined __ARM_NEON\nweft_builds arm64\n#endif\n"
        "${options}" answers fault)
    if(answers MATCHES "weft_builds ([a-z0-9]+)")
        set(weft_processor ${CMAKE_MATCH_1})
    endif()
endif()

# Takes the files of other processors out of the list variable that is named, and sets the flags of
# those for certain instructions, each of which is compiled for itself.
function(weft_keep_this_processor list_name)
    set(kept ${${list_name}})
    foreach(processor x86 arm64 other)
        if(NOT processor STREQUAL weft_processor)
            list(FILTER kept EXCLUDE REGEX "/vector/${processor}/")
        endif()
    endforeach()
    foreach(instructions avx2 ssse3)
        set(own ${kept})
        list(FILTER own INCLUDE REGEX "/${instructions}/[^/]*$")
        set_source_files_properties(${own} PROPERTIES
            COMPILE_OPTIONS -m${instructions} SKIP_UNITY_BUILD_INCLUSION ON)
    endforeach()
    set(${list_name} ${kept} PARENT_SCOPE)
endfunction()
