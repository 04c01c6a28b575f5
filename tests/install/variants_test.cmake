# SPDX-License-Identifier: MIT
# The library built in other ways, each installed and used: shared libraries in a later C++, and
# without run-time type information. Takes long, as it compiles everything twice.

cmake_minimum_required(VERSION 3.22)
include(${CMAKE_CURRENT_LIST_DIR}/use_installation.cmake)

set(ENV{CMAKE_PREFIX_PATH} ${SOURCE}/build/peers/libubox)
file(REMOVE_RECURSE ${WORK})

# Builds and installs the library alone as ARGN says, moves it and uses it.
function(variant name)
    set(build ${WORK}/${name})
    step(${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE} -B ${build}
        -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
        -D WEFT_BUILD_TESTS=OFF -D WEFT_BUILD_TOOLS=OFF -D WEFT_BUILD_EXAMPLES=OFF
        -D WEFT_BENCHMARKS=OFF -D WEFT_UNITY=ON -D WEFT_WERROR=ON
        -D CMAKE_CXX_FLAGS=${FLAGS} ${ARGN})
    step(${CMAKE_COMMAND} --build ${build})
    step(${CMAKE_COMMAND} --install ${build} --prefix ${build}/prefix)
    file(RENAME ${build}/prefix ${build}/moved)
    use_installation(${build}/moved ${build}/consumer -D CMAKE_CXX_FLAGS=${FLAGS})
endfunction()

set(FLAGS "")
variant(shared -D BUILD_SHARED_LIBS=ON -D CMAKE_CXX_STANDARD=${STANDARD})
file(READ ${WORK}/shared/compile_commands.json commands)
if(commands MATCHES "-std=(c|gnu)\\+\\+(20|2a)" OR NOT commands MATCHES "-std=(c|gnu)\\+\\+2[3b6c]")
    message(FATAL_ERROR "CMAKE_CXX_STANDARD=${STANDARD} was not obeyed")
endif()
file(GLOB shared ${WORK}/shared/moved/${LIBDIR}/libweft_core.so.*.*)
if(NOT shared)
    message(FATAL_ERROR "BUILD_SHARED_LIBS=ON was not obeyed")
endif()

# They export what is Weft's own, with the version of the interface.
find_program(NM nm)
file(GLOB shared ${WORK}/shared/moved/${LIBDIR}/libweft_*.so)
if(NM AND CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
    foreach(library IN LISTS shared)
        execute_process(COMMAND ${NM} -D --defined-only ${library} OUTPUT_VARIABLE symbols
            COMMAND_ERROR_IS_FATAL ANY)
        string(REGEX MATCHALL "[^ \n]+\n" symbols "${symbols}")
        list(FILTER symbols EXCLUDE REGEX "(4weft|11websocketpp|^weft_).*@@WEFT_|^WEFT_[0-9.]+")
        if(symbols)
            message(FATAL_ERROR "${library} exports what is not Weft's: ${symbols}")
        endif()
    endforeach()
endif()

set(FLAGS -fno-rtti)
variant(no_rtti)
