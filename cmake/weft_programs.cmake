# SPDX-License-Identifier: MIT
# The programs: the command line tool, the examples and the benchmarks, found by their place.

# tools/host_loops: the loops that a program can run in, by name.
function(weft_add_host_loops)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/host_loops/*.cpp)
    weft_with_hosts(sources hosts)
    if(sources)
        add_library(weft_host_loops OBJECT ${sources})
        set(kind PUBLIC)
        weft_set_warnings(weft_host_loops)
    else()
        add_library(weft_host_loops INTERFACE)
        set(kind INTERFACE)
    endif()
    target_link_libraries(weft_host_loops ${kind} weft::loop ${hosts})
    target_include_directories(weft_host_loops ${kind} ${PROJECT_SOURCE_DIR}/tools)
endfunction()

# tools/tls_libraries: the TLS libraries that a program can use, by name.
function(weft_add_tls_libraries)
    set(folder ${PROJECT_SOURCE_DIR}/tools/tls_libraries)
    set(sources "")
    if(TARGET weft_tls)
        list(APPEND sources ${folder}/openssl_library.cpp)
    endif()
    if(TARGET weft_mbedtls)
        list(APPEND sources ${folder}/mbedtls_library.cpp)
    endif()
    if(sources)
        add_library(weft_tls_libraries OBJECT ${sources})
        set(kind PUBLIC)
        weft_set_warnings(weft_tls_libraries)
    else()
        add_library(weft_tls_libraries INTERFACE)
        set(kind INTERFACE)
    endif()
    target_link_libraries(weft_tls_libraries ${kind} weft_stream
        $<TARGET_NAME_IF_EXISTS:weft_tls>
        $<TARGET_NAME_IF_EXISTS:weft_mbedtls>)
    target_include_directories(weft_tls_libraries ${kind} ${PROJECT_SOURCE_DIR}/tools)
endfunction()

# tools/without_loop: what of the program needs no loop, with all of web/ embedded. A file
# web/page.html is weft_web::page_html there.
function(weft_add_tool_without_loop)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/without_loop/*.cpp)
    add_library(weft_tool_without_loop STATIC ${sources})
    target_link_libraries(weft_tool_without_loop PUBLIC weft::connection)
    target_include_directories(weft_tool_without_loop PUBLIC ${PROJECT_SOURCE_DIR}/tools)
    set_target_properties(weft_tool_without_loop PROPERTIES UNITY_BUILD ${WEFT_UNITY})
    weft_set_warnings(weft_tool_without_loop)
    file(GLOB pages RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS
        ${PROJECT_SOURCE_DIR}/web/*.html
        ${PROJECT_SOURCE_DIR}/web/*.js
        ${PROJECT_SOURCE_DIR}/web/*.css
        ${PROJECT_SOURCE_DIR}/web/*.svg)
    foreach(page IN LISTS pages)
        get_filename_component(symbol ${page} NAME)
        string(MAKE_C_IDENTIFIER ${symbol} symbol)
        weft_embed(weft_tool_without_loop ${page} ${symbol})
    endforeach()
endfunction()

# tools/weft/*.cpp becomes <build>/weft.
function(weft_add_tool)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/weft/*.cpp)
    if(NOT sources)
        return()
    endif()
    if(TARGET weft_cares)
        list(FILTER sources EXCLUDE REGEX names_without_cares)
    else()
        list(FILTER sources EXCLUDE REGEX names_by_cares)
    endif()
    if(TARGET weft_deflate)
        list(FILTER sources EXCLUDE REGEX compression_without_zlib)
    else()
        list(FILTER sources EXCLUDE REGEX compression_by_zlib)
    endif()
    if(TARGET weft_redis)
        list(FILTER sources EXCLUDE REGEX broker_without_hiredis)
    else()
        list(FILTER sources EXCLUDE REGEX broker_by_hiredis)
    endif()
    if(TARGET weft_testing)
        list(FILTER sources EXCLUDE REGEX record_without_testing)
    else()
        list(FILTER sources EXCLUDE REGEX "record/(recorder|record|replay|replayed_client)\\.cpp$")
    endif()
    include(${PROJECT_SOURCE_DIR}/cmake/find/cli11.cmake)
    if(weft_why_not)
        weft_leave_out("the weft program" WEFT_BUILD_TOOLS "${weft_why_not}")
        return()
    endif()
    add_executable(weft_tool ${sources})
    target_link_libraries(weft_tool PRIVATE weft_tool_without_loop weft::weft CLI11::CLI11
        weft_host_loops
        weft_tls_libraries
        $<TARGET_NAME_IF_EXISTS:weft_cares>
        $<TARGET_NAME_IF_EXISTS:weft_deflate>
        $<TARGET_NAME_IF_EXISTS:weft_redis>
        $<TARGET_NAME_IF_EXISTS:weft_testing>)
    get_property(hosts GLOBAL PROPERTY weft_hosts_known)
    weft_left_out_lines(hosts_left_out ${hosts})
    weft_left_out_lines(others_left_out cares tls mbedtls deflate redis testing asio_stream
        boost_asio_stream)
    target_compile_definitions(weft_tool PRIVATE WEFT_VERSION="${PROJECT_VERSION}"
        WEFT_HOSTS_LEFT_OUT="${hosts_left_out}"
        WEFT_OTHERS_LEFT_OUT="${others_left_out}")
    set_target_properties(weft_tool PROPERTIES
        OUTPUT_NAME weft
        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
        UNITY_BUILD ${WEFT_UNITY})
    # The reports define the same names, so they cannot share a translation unit.
    list(FILTER sources INCLUDE REGEX "_report\\.cpp$")
    set_source_files_properties(${sources} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    weft_set_warnings(weft_tool)
endfunction()

# Each examples/*.cpp becomes <build>/examples/<name>; <host>_*.cpp where that host is, and
# *_with_<neighbour>.cpp where that neighbour is. The auction of docs/tutorial.md has a folder.
function(weft_add_examples)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*.cpp)
    weft_with_hosts(sources hosts)
    weft_with_neighbours(sources)
    foreach(source IN LISTS sources)
        get_filename_component(name ${source} NAME_WE)
        weft_add_program(example_${name} examples ${name} ${source})
        target_compile_options(example_${name} PRIVATE -O0) # halves the time to compile
        weft_link_host_of(example_${name} ${name})
        weft_link_asio_stream_of(example_${name} ${name})
        weft_link_neighbours(example_${name} ${name})
        weft_share_precompiled_header(example_${name} ${source})
    endforeach()
    weft_add_program(example_auction examples auction
        ${PROJECT_SOURCE_DIR}/examples/auction/server.cpp)
endfunction()

# With WEFT_UNITY, programs of one source that include <weft/weft.hpp> and link only Weft share a
# precompiled header, which is built for the first of them. That cuts their time to a third.
function(weft_share_precompiled_header target source)
    get_target_property(linked ${target} LINK_LIBRARIES)
    file(STRINGS ${source} included REGEX "^#include <weft/weft\\.hpp>$")
    if(NOT WEFT_UNITY OR NOT linked STREQUAL "weft::weft" OR NOT included)
        return()
    endif()
    get_property(first GLOBAL PROPERTY weft_has_precompiled_header)
    if(first)
        target_precompile_headers(${target} REUSE_FROM ${first})
    else()
        target_precompile_headers(${target} PRIVATE <weft/weft.hpp>)
        set_property(GLOBAL PROPERTY weft_has_precompiled_header ${target})
    endif()
endfunction()

# Each examples/c/*.c becomes <build>/examples/c/<name>, where there is a C compiler; <host>_*.c
# uses that host's library alone.
function(weft_add_c_examples)
    if(NOT TARGET weft_c OR NOT CMAKE_C_COMPILER)
        return()
    endif()
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/c/*.c)
    weft_with_hosts(sources hosts)
    foreach(source IN LISTS sources)
        get_filename_component(name ${source} NAME_WE)
        weft_add_c_program(example_c_${name} ${source})
        set_target_properties(example_c_${name} PROPERTIES
            OUTPUT_NAME ${name}
            RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/examples/c)
        if(name MATCHES "^uv_")
            target_link_libraries(example_c_${name} PRIVATE libuv::uv)
        endif()
    endforeach()
endfunction()

# A program in C11 that uses Weft through its C interface.
function(weft_add_c_program target)
    add_executable(${target} ${ARGN})
    target_link_libraries(${target} PRIVATE weft::c)
    set_target_properties(${target} PROPERTIES
        C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
    target_compile_definitions(${target} PRIVATE _POSIX_C_SOURCE=200809L)
    weft_set_warnings(${target})
endfunction()

# Each benchmarks/*.cpp, together with benchmarks/<same name>/*.cpp if there are such, becomes
# <build>/benchmarks/<name>. Some are built only if a library is installed: lws_*.cpp needs
# libwebsockets, <host>_*.cpp that host, *_tls_*.cpp OpenSSL, *deflate*.cpp zlib, *_with_redis.cpp
# weft::redis. raw_uring_*.cpp needs kernel headers that declare what the io_uring engine uses.
# Built by the target `benchmarks` only.
function(weft_add_benchmarks)
    add_custom_target(benchmarks)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/benchmarks/*.cpp)
    weft_with_hosts(sources hosts)
    weft_with_neighbours(sources)
    find_package(OpenSSL QUIET) # its targets are known where they were looked for
    set(without_tls tls_without_openssl)
    if(NOT TARGET weft_tls)
        set(without_tls "tls_(by_openssl|echo)")
    endif()
    list(FILTER sources EXCLUDE REGEX ${without_tls})
    if(NOT TARGET weft_deflate)
        list(FILTER sources EXCLUDE REGEX "deflate")
    endif()
    if(NOT TARGET weft_redis)
        list(FILTER sources EXCLUDE REGEX with_redis)
    endif()
    if(NOT "io_uring" IN_LIST weft_systems)
        list(FILTER sources EXCLUDE REGEX "/raw_uring_[^/]*$")
    endif()
    foreach(source IN LISTS sources)
        get_filename_component(name ${source} NAME_WE)
        file(GLOB parts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/benchmarks/${name}/*.cpp)
        weft_with_hosts(parts hosts)
        list(FILTER parts EXCLUDE REGEX ${without_tls})
        weft_add_program(benchmark_${name} benchmarks ${name} ${source} ${parts})
        target_include_directories(benchmark_${name} PRIVATE ${PROJECT_SOURCE_DIR}/benchmarks)
        target_link_libraries(benchmark_${name} PRIVATE weft_host_loops)
        weft_link_neighbours(benchmark_${name} ${name})
        weft_link_host_of(benchmark_${name} ${name})
        weft_link_asio_stream_of(benchmark_${name} ${name})
        if(TARGET weft_tls AND name MATCHES "^load$|_tls_")
            target_link_libraries(benchmark_${name} PRIVATE weft::tls OpenSSL::SSL)
        endif()
        if(name MATCHES "deflate")
            target_link_libraries(benchmark_${name} PRIVATE weft::deflate ZLIB::ZLIB)
        endif()
        if(name MATCHES "_with_redis$")
            target_link_libraries(benchmark_${name} PRIVATE weft::redis)
        endif()
        set_target_properties(benchmark_${name} PROPERTIES EXCLUDE_FROM_ALL ON)
        add_dependencies(benchmarks benchmark_${name})
    endforeach()
endfunction()

# A program <host>_x is a guest in that host.
function(weft_link_host_of target name)
    get_property(hosts GLOBAL PROPERTY weft_hosts)
    foreach(host IN LISTS hosts)
        if(name MATCHES "^${host}_")
            target_link_libraries(${target} PRIVATE weft::${host})
        endif()
    endforeach()
endfunction()

# One executable of `sources` at <build>/<folder>/<name>.
function(weft_add_program target folder name)
    add_executable(${target} ${ARGN})
    target_link_libraries(${target} PRIVATE weft::weft)
    set_target_properties(${target} PROPERTIES
        OUTPUT_NAME ${name}
        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${folder})
    weft_set_warnings(${target})
endfunction()
