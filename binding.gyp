{
  # The addon by node-gyp: `node scripts/build.mjs`. Its twin for cmake-js is native/CMakeLists.txt.
  "variables": {
    "core_library%": "<!(node scripts/build-core.mjs --library)",
  },
  "targets": [
    {
      "target_name": "rhai_core",
      "type": "none",
      "actions": [
        {
          "action_name": "cargo",
          "inputs": ["<!@(node scripts/build-core.mjs --inputs)"],
          "outputs": ["<(core_library)"],
          "action": ["node", "scripts/build-core.mjs"],
          "message": "Building the Rust core",
        }
      ],
    },
    {
      "target_name": "rhai_bridge",
      "dependencies": ["rhai_core"],
      "sources": [
        "native/addon/addon.cc",
        "native/addon/big_text.cc",
        "native/addon/core_object.cc",
        "native/addon/files.cc",
        "native/addon/step_functions.cc",
        "native/addon/wake_channel.cc",
      ],
      "include_dirs": [
        "native/include",
        "<!(node -p \"require('node-addon-api').include_dir\")",
      ],
      "defines": [
        "NAPI_VERSION=8",
        "NAPI_CPP_EXCEPTIONS",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
      ],
      "cflags!": ["-fno-exceptions"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti"],
      "cflags_cc": ["-std=c++17", "-fexceptions", "-fvisibility=hidden", "-Wall", "-Wextra"],
      "libraries": ["<(core_library)"],
      "conditions": [
        [
          "OS=='linux'",
          {
            "libraries": ["-lpthread", "-ldl", "-lm"],
            # nodelete: a finalizer may run after the environment that loaded us is gone.
            "ldflags": [
              "-Wl,--exclude-libs,ALL",
              "-Wl,--gc-sections",
              "-Wl,-Bsymbolic",
              "-Wl,-z,nodelete",
            ],
          },
        ],
        [
          "OS=='mac'",
          {
            "xcode_settings": {
              "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
              "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
              "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
            }
          },
        ],
      ],
    },
  ],
}
