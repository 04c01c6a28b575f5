# SPDX-License-Identifier: MIT
# Nothing to look for.
