#pragma once

#include "engine/base/bytes.h"

/// Each target implements this; it must accept any bytes. libFuzzer calls it under clang (-Dfuzzers=true); replay.cpp
/// runs it over its corpus as a test with every compiler.
void fuzz_one(netpulse::Bytes input);
