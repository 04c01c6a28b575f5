# SPDX-License-Identifier: MIT
# The steps of the install test; run by ctest with the variables that CMakeLists.txt passes.

function(step)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        list(JOIN ARGN " " line)
        message(FATAL_ERROR "failed (${status}): ${line}")
    endif()
endfunction()

set(flags "")
if(SANITIZE)
    set(flags "-fsanitize=${SANITIZE}")
endif()

# What ./dev peers has built is found by its users, too.
set(ENV{CMAKE_PREFIX_PATH} ${CONSUMER}/../../../build/peers/libubox)

file(REMOVE_RECURSE ${WORK})
step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
step(${CMAKE_COMMAND} -G ${GENERATOR} -S ${CONSUMER} -B ${WORK}/build
    -D CMAKE_PREFIX_PATH=${WORK}/prefix
    -D CMAKE_CXX_COMPILER=${COMPILER}
    -D EXPECT_HOSTS=${HOSTS}
    -D EXPECT_ASIO_STREAMS=${ASIO_STREAMS}
    -D EXPECT_CARES=${CARES}
    -D EXPECT_TLS=${TLS}
    -D CMAKE_CXX_FLAGS=${flags})
step(${CMAKE_COMMAND} --build ${WORK}/build)
step(${WORK}/build/everything)
step(${WORK}/build/core_only)
string(REPLACE "," ";" hosts "${HOSTS}")
foreach(host IN LISTS hosts)
    step(${WORK}/build/in_${host})
endforeach()
string(REPLACE "," ";" asio_streams "${ASIO_STREAMS}")
foreach(stream IN LISTS asio_streams)
    step(${WORK}/build/over_${stream})
endforeach()
foreach(library cares tls)
    string(TOUPPER ${library} upper)
    if(${upper})
        step(${WORK}/build/with_${library})
    endif()
endforeach()
