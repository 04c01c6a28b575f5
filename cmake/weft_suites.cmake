# SPDX-License-Identifier: MIT
# Read by ctest, which asks a test program for its cases: one test for each suite, as a process for
# each case would take longer than the case. A failure is reported with the name of its case.

# Suites of `program` with cases that `filter` lets through, as tests named `label`.<suite>.
function(weft_add_suites target program filter label)
    if(NOT EXISTS ${program})
        add_test(${target}_is_not_built ${program})
        set_tests_properties(${target}_is_not_built PROPERTIES LABELS ${label})
        return()
    endif()
    execute_process(COMMAND ${program} --gtest_list_tests --gtest_filter=${filter}
        OUTPUT_VARIABLE listed ERROR_VARIABLE listed_errors RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${program} does not list its tests: ${status}\n${listed_errors}")
    endif()
    weft_group_cases("${listed}")
    foreach(suite IN LISTS suites)
        set(name ${label}.${suite})
        add_test(${name} ${program} --gtest_brief=1 --gtest_filter=${cases_of_${suite}})
        set_tests_properties(${name} PROPERTIES LABELS ${label})
    endforeach()
endfunction()

# Sets `suites`, and `cases_of_<suite>` to a filter for each, from the output of --gtest_list_tests.
function(weft_group_cases listed)
    string(REGEX REPLACE " *#[^\n]*" "" listed "${listed}")
    string(REPLACE "\n" ";" lines "${listed}")
    set(found "")
    foreach(line IN LISTS lines)
        if(line MATCHES "^([^ ]+)\\.$")
            set(suite ${CMAKE_MATCH_1})
            list(APPEND found ${suite})
        elseif(line MATCHES "^  (.+)$")
            list(APPEND cases_of_${suite} ${suite}.${CMAKE_MATCH_1})
        endif()
    endforeach()
    foreach(suite IN LISTS found)
        list(JOIN cases_of_${suite} ":" filter)
        set(cases_of_${suite} ${filter} PARENT_SCOPE)
    endforeach()
    set(suites ${found} PARENT_SCOPE)
endfunction()
