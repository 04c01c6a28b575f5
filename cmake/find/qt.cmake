# SPDX-License-Identifier: MIT
# Looks for Qt 6; defines Qt6::Core. 6.4 is the oldest that the tests have run with.

include(${CMAKE_CURRENT_LIST_DIR}/usable_library.cmake)
if(NOT TARGET Qt6::Core)
    find_package(Qt6 QUIET COMPONENTS Core)
endif()
weft_check_library(Qt TARGET Qt6::Core
    HEADERS QAbstractEventDispatcher QCoreApplication QEventLoop QSocketNotifier
    MINIMUM 6.4 VERSION_HEADER QtCore/qconfig.h
    VERSION QT_VERSION_MAJOR QT_VERSION_MINOR QT_VERSION_PATCH
    PACKAGES "Debian, Ubuntu: qt6-base-dev"
    PROGRAM "#include <QByteArray>
int main() { if (QByteArray::fromStdString({}).isEmpty()) {} }")
