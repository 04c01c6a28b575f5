# SPDX-License-Identifier: MIT
# What the tests need: GoogleTest 1.11 and Python 3. Where they are missing the tests are left out.

find_package(GTest QUIET)
find_package(Python3 COMPONENTS Interpreter QUIET)
set(weft_why_not "")
if(NOT TARGET GTest::gtest OR NOT TARGET GTest::gtest_main)
    set(weft_why_not "no GoogleTest (Debian, Ubuntu: libgtest-dev)")
elseif(GTest_VERSION AND GTest_VERSION VERSION_LESS 1.11)
    set(weft_why_not "GoogleTest ${GTest_VERSION} is too old: 1.11 or later is needed")
elseif(NOT TARGET weft_testing)
    set(weft_why_not "WEFT_WITH_TESTING is OFF")
elseif(NOT Python3_FOUND)
    set(weft_why_not "no Python 3 (Debian, Ubuntu: python3)")
endif()
if(NOT weft_why_not)
    weft_check_standard_library(GoogleTest "#include <gtest/gtest.h>
TEST(a_string, is_compared) { EXPECT_EQ(std::string(), std::string()); }"
        weft_why_not GTest::gtest GTest::gtest_main)
endif()
if(weft_why_not)
    weft_leave_out("the tests" WEFT_BUILD_TESTS "${weft_why_not}")
    set(WEFT_BUILD_TESTS OFF)
endif()
