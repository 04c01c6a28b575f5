# SPDX-License-Identifier: MIT
# How a folder of tests becomes a program whose suites ctest runs one by one.

set(weft_tests_dir ${PROJECT_SOURCE_DIR}/tests)

# Not among `test_programs`: what ./dev test full has, and what is tested as whole programs are.
set(weft_tests_of_every_host hosts cooperation asio conformance_asio)
set(weft_tests_like_programs faults mbedtls_suites mbedtls_endpoints)

# Makes the program `target` of all sources below tests/<folder>, linked to `libraries`, if there
# are any sources: weft_add_test_folder(folder target libraries...)
function(weft_add_test_folder folder target)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${weft_tests_dir}/${folder}/*.cpp)
    weft_keep_this_system(sources)
    if(NOT sources)
        return()
    endif()
    add_executable(${target} ${sources})
    weft_link_test(${target} ${ARGN})
    weft_discover_tests(${target})
endfunction()

# The same for a folder with files for hosts, <host>_*.cpp, and for neighbours, with the hosts and
# the neighbours that are here.
function(weft_add_host_test_folder folder target)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${weft_tests_dir}/${folder}/*.cpp)
    weft_keep_this_system(sources)
    weft_with_hosts(sources hosts)
    weft_with_neighbours(sources)
    if(NOT sources)
        return()
    endif()
    add_executable(${target} ${sources})
    if(target STREQUAL "endpoint" AND NOT WEFT_SUITES_IN_HOSTS)
        weft_link_test(${target} ${ARGN})
        weft_discover_tests(${target})
        return()
    endif()
    weft_link_test(${target} ${ARGN} ${hosts})
    foreach(source IN LISTS sources)
        get_filename_component(name ${source} NAME_WE)
        weft_link_neighbours(${target} ${name})
    endforeach()
    target_link_libraries(${target} PRIVATE weft_test_host_loops)
    if(target STREQUAL "hosts")
        target_link_libraries(${target} PRIVATE weft_host_loops)
        weft_add_tests_by_host(${target})
    else()
        weft_discover_tests(${target})
    endif()
endfunction()

# A test for each host, with all that `target` runs on it: a start of such a program, which has
# them all, takes longer than most of its cases. What belongs to no host runs one by one.
function(weft_add_tests_by_host target)
    get_property(names GLOBAL PROPERTY weft_hosts)
    set(taken "")
    foreach(name IN LISTS names)
        set(own "*/${name}:*/${name}_*:${name}_*")
        string(APPEND taken ":${own}")
        add_test(NAME ${target}.${name}
            COMMAND ${target} --gtest_brief=1 --gtest_filter=${own}-*threads*)
        set(own_threads "*threads*/${name}:*threads*/${name}_*:${name}_*threads*")
        add_test(NAME ${target}_threads.${name}
            COMMAND ${target} --gtest_brief=1 --gtest_filter=${own_threads})
        set_tests_properties(${target}.${name} PROPERTIES LABELS ${target})
        set_tests_properties(${target}_threads.${name} PROPERTIES LABELS ${target}_threads)
    endforeach()
    weft_discover_some(${target} "-*threads*${taken}" ${target})
    weft_discover_some(${target} "*threads*-${taken}" ${target}_threads)
endfunction()

# tests/host_loops: each host library that is here as applications have it.
function(weft_add_host_loops_for_tests)
    file(GLOB sources CONFIGURE_DEPENDS ${weft_tests_dir}/host_loops/*.cpp)
    weft_with_hosts(sources hosts)
    if(NOT sources)
        add_library(weft_test_host_loops INTERFACE)
        return()
    endif()
    add_library(weft_test_host_loops OBJECT ${sources})
    target_link_libraries(weft_test_host_loops PUBLIC weft::testing GTest::gtest ${hosts})
    target_include_directories(weft_test_host_loops PUBLIC ${weft_tests_dir})
    weft_compile_quickly(weft_test_host_loops)
    weft_set_warnings(weft_test_host_loops)
endfunction()

# tests/support, compiled once for all test programs.
function(weft_add_test_support)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${weft_tests_dir}/support/*.cpp)
    weft_keep_this_system(sources)
    add_library(weft_test_support OBJECT ${sources})
    target_compile_features(weft_test_support PRIVATE cxx_std_20)
    target_include_directories(weft_test_support PRIVATE ${weft_tests_dir})
    weft_compile_quickly(weft_test_support)
    weft_set_warnings(weft_test_support)
endfunction()

# Links a test program to `libraries`, to GoogleTest with its main, and to tests/support; headers
# of the latter are included as "support/x.hpp", vectors are found below WEFT_TESTS_DIR.
function(weft_link_test target)
    if(NOT target IN_LIST weft_tests_of_every_host AND NOT target IN_LIST weft_tests_like_programs)
        add_dependencies(test_programs ${target})
    endif()
    weft_has_thread_suites(${target} has_threads)
    if(has_threads)
        add_dependencies(thread_test_programs ${target})
    endif()
    target_link_libraries(${target} PRIVATE weft_test_support ${ARGN} GTest::gtest
        GTest::gtest_main)
    if(TARGET weft_testing)
        target_link_libraries(${target} PRIVATE weft::testing)
    endif()
    target_include_directories(${target} PRIVATE ${weft_tests_dir})
    target_compile_definitions(${target} PRIVATE WEFT_TESTS_DIR="${weft_tests_dir}")
    weft_compile_quickly(${target})
    # Headers of different host libraries conflict in one translation unit.
    if(WEFT_UNITY_TESTS AND NOT target IN_LIST weft_tests_of_every_host)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 16)
    endif()
    weft_precompile_headers(${target} ${ARGN})
    weft_set_warnings(${target})
    # What GCC's -Wconversion leaves out in C++; in tests it finds literals and nothing else.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>)
endfunction()

# What is tested is compiled as its preset says. Optimising the tests as well, or looking for
# undefined behaviour in them, would take most of the build's time, and parsing the rest.
function(weft_compile_quickly target)
    target_compile_options(${target} PRIVATE -O0)
    if(WEFT_SANITIZE MATCHES undefined)
        target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
    endif()
endfunction()

# For a few pieces the compiler reads the headers in less time than it takes to precompile them.
function(weft_precompile_headers target)
    get_target_property(sources ${target} SOURCES)
    get_target_property(unity ${target} UNITY_BUILD)
    list(LENGTH sources count)
    if(unity AND count LESS 20)
        return()
    endif()
    weft_headers_of(headers ${ARGN})
    target_precompile_headers(${target} PRIVATE <gtest/gtest.h> ${headers})
endfunction()

# The public headers of those of our layers that are named, as they are included.
function(weft_headers_of out)
    get_property(layers GLOBAL PROPERTY weft_layers)
    set(headers "")
    foreach(library IN LISTS ARGN)
        if(library STREQUAL weft::weft)
            list(APPEND headers <weft/weft.hpp>)
        elseif(library MATCHES "^weft::(.*)$" AND CMAKE_MATCH_1 IN_LIST layers)
            file(GLOB own RELATIVE ${PROJECT_SOURCE_DIR}/include CONFIGURE_DEPENDS
                ${PROJECT_SOURCE_DIR}/include/weft/${CMAKE_MATCH_1}/*.hpp)
            list(TRANSFORM own REPLACE "(.+)" "<\\1>")
            list(APPEND headers ${own})
        endif()
    endforeach()
    set(${out} ${headers} PARENT_SCOPE)
endfunction()

# Registers the cases of `target` under its name as label. Suites with "threads" in their name get
# the label <target>_threads, which ThreadSanitizer runs look for. Of the suites that run in every
# way to drive a loop each host library is one test, with the label <target>_in_hosts.
function(weft_discover_tests target)
    get_property(hosts GLOBAL PROPERTY weft_hosts)
    set(in_hosts "")
    if(target STREQUAL "endpoint" AND WEFT_SUITES_IN_HOSTS)
        if(linux IN_LIST weft_systems)
            list(APPEND hosts uring) # an engine and not a host, but tested as one
        endif()
        foreach(host IN LISTS hosts)
            string(APPEND in_hosts ":*/${host}:*/${host}_*")
            add_test(NAME ${target}.in.${host}
                COMMAND ${target} --gtest_brief=1 --gtest_filter=*/${host}:*/${host}_*)
            set_tests_properties(${target}.in.${host} PROPERTIES LABELS ${target}_in_hosts)
        endforeach()
    endif()
    weft_discover_some(${target} "-*threads*${in_hosts}" ${target})
    weft_has_thread_suites(${target} has_threads)
    if(has_threads)
        weft_discover_some(${target} "*threads*-${in_hosts}" ${target}_threads)
    endif()
endfunction()

# Whether a source of `target` has a suite with "threads" in its name; such a program is built with
# ThreadSanitizer, too.
function(weft_has_thread_suites target out)
    get_target_property(sources ${target} SOURCES)
    set(found "")
    foreach(source IN LISTS sources)
        if(found STREQUAL "" AND source MATCHES "\\.cpp$" AND EXISTS ${source})
            file(STRINGS ${source} found LIMIT_COUNT 1
                REGEX "^(TYPED_)?TEST(_F|_P)?\\([a-z_]*threads")
        endif()
    endforeach()
    if(found STREQUAL "")
        set(${out} NO PARENT_SCOPE)
    else()
        set(${out} YES PARENT_SCOPE)
    endif()
endfunction()

# Each suite is a test.
function(weft_discover_some target filter label)
    set(suites ${CMAKE_CURRENT_BINARY_DIR}/${label}_suites.cmake)
    file(GENERATE OUTPUT ${suites} CONTENT "include(${PROJECT_SOURCE_DIR}/cmake/weft_suites.cmake)
weft_add_suites(${target} \"$<TARGET_FILE:${target}>\" \"${filter}\" ${label})
")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${suites})
endfunction()
