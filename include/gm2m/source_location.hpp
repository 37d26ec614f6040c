#pragma once

#if __cplusplus < 202002L
#error "gm2m needs C++20: -std=c++20, or target_compile_features(<target> PRIVATE cxx_std_20)"
#endif

namespace gm2m {

/// Where in a program a call stands: std::source_location, for compilers that do not have it (Clang 14).
class SourceLocation {
public:
    /// No place: line 0.
    constexpr SourceLocation() noexcept = default;
    /// As a default argument: where the function is called.
    static constexpr SourceLocation current(const char* file = __builtin_FILE(),
                                            unsigned line = __builtin_LINE()) noexcept {
        SourceLocation location;
        location.file_ = file;
        location.line_ = line;
        return location;
    }

    /// As the compiler was given it.
    constexpr const char* file_name() const noexcept { return file_; }
    constexpr unsigned line() const noexcept { return line_; }

private:
    const char* file_ = "";
    unsigned line_ = 0;
};

}  // namespace gm2m
