// A string over bytes that the Rust core gave away: V8 reads them where they are and says when it needs them no more.
//
// Node-API has had such strings since Node 18.18 and 20.4, at first as an experiment, so the function is looked up when
// the process runs. Without it, or where V8 refuses foreign memory, the bytes are copied.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>

namespace rhai_bridge {

// `bytes` are ASCII, from rb_core_spill_take, and belong to the string from here on.
Napi::Value BigText(Napi::Env env, uint8_t* bytes, size_t length);

}  // namespace rhai_bridge
