#include "relation/reverse.hpp"

#include <algorithm>
#include <deque>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/text_form.hpp"
#include "query/model_statements.hpp"
#include "query/object_sink.hpp"
#include "relation/link_writer.hpp"

namespace gm2m::relation {

using backend::Access;
using backend::Parameter;
using backend::Request;
using backend::RowSink;
using backend::ValueList;

/// Collects the sources whose links a write has changed.
class Reverse::ChangedSources final : public backend::ResultSink {
public:
    ChangedSources(const Model& source, const ValueList* given)
        : source_(source), given_(given), kind_(source.primary_key().kind()) {}

    void row(std::span<const ValueView> cells) override { references_.push_back({&source_, Value(kind_, cells[0])}); }
    void executed(std::size_t i, std::size_t affected) override {
        if (affected > 0)
            references_.push_back({&source_, Value(kind_, (*given_)[i])});
    }
    std::vector<Reference> take() { return std::move(references_); }

private:
    const Model& source_;
    const ValueList* given_;
    Kind kind_;
    std::vector<Reference> references_;
};

Reverse::Reverse(Context& context, const GM2MField& field, const Model& target, const Value& key)
    : context_(context), field_(field), target_(target), source_(field.source()),
      sql_(LinkStatements::of(context, field)), key_text_(key.to_string()) {}

ValueList Reverse::read(std::span<const ObjectRef> sources, bool distinct) {
    ObjectReader reader(context_.registry);
    const Field& key = source_.primary_key();
    ValueList keys(key.kind());
    keys.reserve(sources.size());
    std::set<Value> seen;
    Scratch scratch;
    for (const ObjectRef& source : sources) {
        const ObjectView view = reader.read(source);
        if (view.model != &source_)
            throw WrongModel(fmt::format("{} relates objects of {}: a {} cannot be its source", field_.label(),
                                         source_.label(), view.model->label()));
        scratch.clear();
        const ValueView value = view.key_view(scratch);
        if (is_missing_key(key, value))
            throw UnsavedObject(fmt::format("an object of {} was never saved, so that it cannot be linked by {}: insert "
                                            "it first",
                                            source_.label(), field_.label()));
        key.check(value);
        if (!distinct || seen.insert(Value(key.kind(), value)).second)
            keys.push(value);
    }
    return keys;
}

template <class Work>
Changes Reverse::write(Work&& work) {
    const auto limit = field_.options().pk_maxlength;
    if (limit && text::count_characters(key_text_) > *limit)
        throw KeyTooLong(fmt::format("the key of {}:{} has {} characters, but the join table of {} takes {}: declare the "
                                     "relation with a larger pk_maxlength",
                                     target_.label(), key_text_, text::count_characters(key_text_), field_.label(),
                                     *limit));
    if (const auto id = context_.content_types.find_id_once(target_))
        return work(*id);
    return backend::in_transaction(context_.connection, [&] { return work(context_.content_types.id_of(target_)); });
}

std::vector<Reference> Reverse::write_links(const std::string& sql, const ValueList& sources, int content_type) {
    const Kind columns[] = {source_.primary_key().kind()};
    const backend::Dialect& dialect = context_.connection.dialect();
    ChangedSources changed(source_, &sources);
    std::deque<ValueList> parts;
    std::deque<LinkWrite> writes;
    std::vector<Request> requests;
    const auto append = [&](const ValueList& part) {
        requests.push_back(writes
                               .emplace_back(dialect, sql,
                                             std::array<Parameter, 3>{part, Parameter::integer(content_type),
                                                                      Parameter::text(key_text_)},
                                             columns, changed)
                               .request());
    };
    if (dialect.writes_row_by_row() || sources.size() <= context_.keys_per_statement) {
        append(sources);
        context_.connection.execute(requests, Access::write);
        return changed.take();
    }
    // Each of several statements locks its own sources in order: together they would not.
    return backend::in_transaction(context_.connection, [&] {
        lock(sources);
        for (std::size_t begin = 0; begin < sources.size(); begin += context_.keys_per_statement)
            append(parts.emplace_back(sources.slice(begin, context_.keys_per_statement)));
        context_.connection.execute(requests, Access::write);
        return changed.take();
    });
}

/// Locks the sources, where rows can be locked, in the order of their keys.
void Reverse::lock(const ValueList& sources) {
    if (!context_.connection.dialect().locks_rows())
        return;
    std::vector<std::size_t> order(sources.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const bool integers = form_of(sources.kind()) == ValueView::Form::integer;
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return integers ? sources.integer_at(a) < sources.integer_at(b) : sources.text_at(a) < sources.text_at(b);
    });
    std::deque<ValueList> parts;
    std::deque<Parameter> parameters;
    std::vector<Request> requests;
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i % context_.keys_per_statement == 0)
            parts.emplace_back(sources.kind());
        parts.back().push(sources[order[i]]);
    }
    for (const ValueList& part : parts)
        requests.push_back({.sql = &sql_.lock_sources, .parameters = std::span(&parameters.emplace_back(part), 1)});
    context_.connection.execute(requests, Access::write);
}

Changes Reverse::add(std::span<const ObjectRef> objects) {
    const ValueList sources = read(objects);
    if (sources.empty())
        return {};
    return write([&](int content_type) { return Changes{write_links(sql_.reverse_add, sources, content_type), {}}; });
}

Changes Reverse::remove(std::span<const ObjectRef> objects) {
    const ValueList sources = read(objects);
    const auto content_type = context_.content_types.find_id(target_);
    if (sources.empty() || !content_type)
        return {};
    return {{}, write_links(sql_.reverse_remove, sources, *content_type)};
}

Changes Reverse::set(std::span<const ObjectRef> objects) {
    const ValueList sources = read(objects);
    return write([&](int content_type) { return set_sources(sources, content_type); });
}

Changes Reverse::set_sources(const ValueList& sources, int content_type) {
    if (sources.size() > context_.keys_per_statement)
        return set_many_sources(sources, content_type);
    const Kind columns[] = {source_.primary_key().kind()};
    const std::array<Parameter, 3> parameters{sources, Parameter::integer(content_type), Parameter::text(key_text_)};
    const backend::Dialect& dialect = context_.connection.dialect();
    ChangedSources added(source_, &sources), removed(source_, nullptr);
    LinkWrite add(dialect, sql_.reverse_set_add, parameters, columns, added);
    std::vector<Request> requests;
    if (!dialect.writes_row_by_row() || !sources.empty())
        requests.push_back(add.request());
    requests.push_back(
        {.sql = &sql_.reverse_remove_others, .parameters = parameters, .columns = columns, .sink = &removed});
    context_.connection.execute(requests, Access::write);
    return {added.take(), removed.take()};
}

// More than one parameter holds: the difference is made here. All that is touched is locked at once, in order; a source
// that somebody else links after the look has been linked after this.
Changes Reverse::set_many_sources(const ValueList& sources, int content_type) {
    return backend::in_transaction(context_.connection, [&] {
        std::set<Value> wanted;
        ValueList others(sources.kind()), touched(sources.kind());
        for (std::size_t i = 0; i < sources.size(); ++i) {
            wanted.insert(Value(sources.kind(), sources[i]));
            touched.push(sources[i]);
        }
        RowSink sink([&](std::span<const ValueView> row) {
            if (wanted.contains(Value(sources.kind(), row[0])))
                return;
            others.push(row[0]);
            touched.push(row[0]);
        });
        const Kind columns[] = {sources.kind()};
        ask(sql_.reverse_keys, columns, sink);
        lock(touched);
        Changes changes{write_links(sql_.reverse_add, sources, content_type), {}};
        if (!others.empty())
            changes.removed = write_links(sql_.reverse_remove, others, content_type);
        return changes;
    });
}

// The lock comes first: a statement that follows it sees what those who held it before have done.
Changes Reverse::toggle(std::span<const ObjectRef> objects) {
    const ValueList sources = read(objects, true);
    if (sources.empty())
        return {};
    return write([&](int content_type) {
        return backend::in_transaction(context_.connection, [&] {
            lock(sources);
            Changes changes;
            changes.removed = write_links(sql_.reverse_remove, sources, content_type);
            std::set<Value> gone;
            for (const Reference& reference : changes.removed)
                gone.insert(reference.key);
            ValueList left(sources.kind());
            for (std::size_t i = 0; i < sources.size(); ++i)
                if (!gone.contains(Value(sources.kind(), sources[i])))
                    left.push(sources[i]);
            if (!left.empty())
                changes.added = write_links(sql_.reverse_add, left, content_type);
            return changes;
        });
    });
}

std::size_t Reverse::clear() {
    const auto content_type = context_.content_types.find_id(target_);
    if (!content_type)
        return 0;
    const Parameter parameters[] = {Parameter::integer(*content_type), Parameter::text(key_text_)};
    Request request{.sql = &sql_.reverse_clear, .parameters = parameters};
    context_.connection.execute(request, Access::write);
    return request.affected;
}

bool Reverse::ask(const std::string& sql, std::span<const Kind> columns, backend::ResultSink& sink) {
    const auto content_type = context_.content_types.find_id(target_);
    if (!content_type)
        return false;
    const Parameter parameters[] = {Parameter::integer(*content_type), Parameter::text(key_text_)};
    Request request{.sql = &sql, .parameters = parameters, .columns = columns, .sink = &sink};
    context_.connection.execute(request, Access::read);
    return true;
}

std::vector<Object> Reverse::all() {
    std::vector<Object> sources;
    ObjectSink sink(source_, sources);
    ask(sql_.reverse_all, ModelStatements::of(context_, source_).kinds, sink);
    return sources;
}

std::size_t Reverse::count() {
    std::int64_t count = 0;
    RowSink sink([&](std::span<const ValueView> row) { count = row[0].integer(); });
    constexpr Kind columns[] = {Kind::big_integer};
    ask(sql_.reverse_count, columns, sink);
    return static_cast<std::size_t>(count);
}

bool Reverse::exists() {
    bool found = false;
    RowSink sink([&](std::span<const ValueView> row) { found = row[0].integer() != 0; });
    constexpr Kind columns[] = {Kind::boolean};
    ask(sql_.reverse_exists, columns, sink);
    return found;
}

bool Reverse::contains(const ObjectRef& object) {
    const ValueList source = read(std::span(&object, 1));
    const auto content_type = context_.content_types.find_id(target_);
    if (!content_type)
        return false;
    bool found = false;
    RowSink sink([&](std::span<const ValueView> row) { found = row[0].integer() != 0; });
    constexpr Kind columns[] = {Kind::boolean};
    const Parameter parameters[] = {Parameter(source.kind(), source[0]), Parameter::integer(*content_type),
                                    Parameter::text(key_text_)};
    Request request{.sql = &sql_.contains, .parameters = parameters, .columns = columns, .sink = &sink};
    context_.connection.execute(request, Access::read);
    return found;
}

}  // namespace gm2m::relation
