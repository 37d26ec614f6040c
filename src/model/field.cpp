#include <gm2m/field.hpp>

#include <fmt/format.h>

#include <gm2m/error.hpp>
#include <gm2m/model.hpp>

#include "backend/text_form.hpp"

namespace gm2m {
namespace {

[[noreturn]] void throw_invalid(const Field& field, std::string_view problem) {
    throw InvalidValue(fmt::format("{}: {}", field.label(), problem));
}

std::pair<std::int64_t, std::int64_t> range_of(Kind kind) {
    switch (kind) {
        case Kind::boolean: return {0, 1};
        case Kind::small_integer: return {INT16_MIN, INT16_MAX};
        case Kind::integer: return {INT32_MIN, INT32_MAX};
        case Kind::time: return {0, 86'400'000'000 - 1};
        default: return {INT64_MIN, INT64_MAX};
    }
}

std::string problem_with_text(std::string_view text) {
    if (text.find('\0') != std::string_view::npos)
        return "the text has a NUL byte, which no database column holds";
    if (!text::is_valid_utf8(text))
        return "the text is not valid UTF-8";
    return "";
}

std::string problem_with_length(std::string_view text, std::optional<std::size_t> most) {
    if (!most || text.size() <= *most || text::count_characters(text) <= *most)
        return "";
    return fmt::format("the text has {} characters, at most {} fit", text::count_characters(text), *most);
}

std::string problem_with_decimal(std::string_view text, const FieldOptions& options) {
    const auto point = text.find('.');
    const std::size_t fraction = point == std::string_view::npos ? 0 : text.size() - point - 1;
    std::string_view whole = text.substr(0, point);
    while (!whole.empty() && (whole.front() == '-' || whole.front() == '+' || whole.front() == '0'))
        whole.remove_prefix(1);
    if (fraction <= static_cast<std::size_t>(options.decimal_places) &&
        whole.size() <= static_cast<std::size_t>(options.max_digits - options.decimal_places))
        return "";
    return fmt::format("the number does not fit {} digits, {} of them after the point", options.max_digits,
                       options.decimal_places);
}

}  // namespace

namespace detail {

// Most bases begin where the object does: these take no thunk more.
Accessor shifted(Accessor accessor, std::ptrdiff_t offset) {
    if (offset == 0)
        return accessor;
    Accessor outer;
    outer.share_declared(accessor);
    outer.set_member(offset);
    outer.context = std::make_shared<const Accessor>(std::move(accessor));
    outer.view = [](const Accessor& self, const void* object, Scratch& scratch) {
        const auto& inner = *static_cast<const Accessor*>(self.context.get());
        return inner.view(inner, static_cast<const std::byte*>(object) + self.get_member<std::ptrdiff_t>(), scratch);
    };
    outer.assign = [](const Accessor& self, void* object, const ValueView& from) {
        const auto& inner = *static_cast<const Accessor*>(self.context.get());
        inner.assign(inner, static_cast<std::byte*>(object) + self.get_member<std::ptrdiff_t>(), from);
    };
    return outer;
}

}  // namespace detail

bool Field::is_generated() const noexcept {
    return primary_key_ && options_.generated && (text::is_integer(kind_) || kind_ == Kind::uuid);
}

std::string Field::label() const {
    return fmt::format("{}.{}", model_->label(), name_);
}

void Field::assign(void* object, const ValueView& value) const {
    if (value.is_null() && !nullable_member_)
        throw_invalid(*this, "the value is NULL, which the member cannot hold; make it a std::optional");
    try {
        accessor_.assign(accessor_, object, value);
    } catch (InvalidValue& error) {
        error.add_context(label());
        throw;
    }
}

void Field::check(const ValueView& value) const {
    if (const std::string problem = problem_with(value); !problem.empty())
        throw_invalid(*this, problem);
}

bool Field::can_hold(const ValueView& value) const {
    return problem_with(value).empty();
}

std::string Field::problem_with(const ValueView& value) const {
    switch (value.form()) {
        case ValueView::Form::null:
            return options_.null ? "" : "the value is NULL, and the field is not declared to be nullable";
        case ValueView::Form::integer: {
            const auto [least, most] = range_of(kind_);
            if (value.integer() < least || value.integer() > most)
                return fmt::format("{} is out of range for {}", value.integer(), name_of(kind_));
            return "";
        }
        case ValueView::Form::text:
            if (const std::string problem = problem_with_text(value.text()); !problem.empty())
                return problem;
            return kind_ == Kind::decimal ? problem_with_decimal(value.text(), options_)
                   : kind_ == Kind::text  ? problem_with_length(value.text(), options_.max_length)
                                          : "";
        default: return "";
    }
}

Value Field::coerce(const Value& value) const {
    if (value.is_null() || value.kind() == kind_)
        return value;
    if (text::is_integer(kind_) && text::is_integer(value.kind()))
        return Value(kind_, value.view());
    if (kind_ == Kind::real && text::is_integer(value.kind()))
        return Value(kind_, ValueView::of_real(static_cast<double>(value.view().integer())));
    if (value.kind() == Kind::text) {
        char buffer[16];
        if (kind_ == Kind::decimal)
            return Value(Decimal(value.view().text()));
        if (const auto parsed = text::parse_value(kind_, value.view().text(), buffer))
            return Value(kind_, *parsed);
    }
    throw_invalid(*this, fmt::format("a value of kind {} does not read as {}", name_of(value.kind()), name_of(kind_)));
}

}  // namespace gm2m
