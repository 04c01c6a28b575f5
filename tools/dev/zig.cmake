# SPDX-License-Identifier: MIT
# A toolchain file: the compiler of PyPI's package ziglang, for another system. ./dev cross gives
# WEFT_ZIG, the folder of the package; WEFT_ZIG_TARGET, such as aarch64-macos; and WEFT_ZIG_ROOT, a
# folder with the libraries for that system, the only place where libraries are looked for.

set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WEFT_ZIG WEFT_ZIG_TARGET WEFT_ZIG_ROOT)

string(REPLACE "-" ";" words ${WEFT_ZIG_TARGET})
list(GET words 0 CMAKE_SYSTEM_PROCESSOR)
list(GET words 1 system)
set(CMAKE_SYSTEM_NAME_linux Linux)
set(CMAKE_SYSTEM_NAME_macos Darwin)
set(CMAKE_SYSTEM_NAME_freebsd FreeBSD)
set(CMAKE_SYSTEM_NAME ${CMAKE_SYSTEM_NAME_${system}})

# CMake wants one word for each tool.
foreach(tool cc c++ ar ranlib)
    set(call "'${WEFT_ZIG}/zig' ${tool}")
    if(tool MATCHES "^c")
        string(APPEND call " -target ${WEFT_ZIG_TARGET}")
    endif()
    set(path ${WEFT_ZIG_ROOT}/bin/${tool})
    file(CONFIGURE OUTPUT ${path} CONTENT "#!/bin/sh\nexec ${call} \"$@\"\n" @ONLY)
    file(CHMOD ${path} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endforeach()
set(CMAKE_C_COMPILER ${WEFT_ZIG_ROOT}/bin/cc)
set(CMAKE_CXX_COMPILER ${WEFT_ZIG_ROOT}/bin/c++)
set(CMAKE_AR ${WEFT_ZIG_ROOT}/bin/ar CACHE FILEPATH "" FORCE)
set(CMAKE_RANLIB ${WEFT_ZIG_ROOT}/bin/ranlib CACHE FILEPATH "" FORCE)

# The compiler has the headers of macOS; there is no SDK, and nothing is installed.
if(CMAKE_SYSTEM_NAME STREQUAL Darwin)
    set(CMAKE_OSX_SYSROOT "" CACHE STRING "")
    set(CMAKE_OSX_DEPLOYMENT_TARGET "" CACHE STRING "")
    set(CMAKE_INSTALL_NAME_TOOL /bin/false CACHE FILEPATH "")
endif()

set(CMAKE_FIND_ROOT_PATH ${WEFT_ZIG_ROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
