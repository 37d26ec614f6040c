#include "relation/typed_links.hpp"

#include <algorithm>
#include <deque>
#include <set>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/text_form.hpp"
#include "model/access.hpp"
#include "model/relation_data.hpp"
#include "query/object_sink.hpp"
#include "relation/link_list.hpp"
#include "relation/link_writer.hpp"
#include "relation/missing_target.hpp"
#include "relation/placed_objects.hpp"
#include "relation/sorted_order.hpp"

namespace gm2m::relation {

using backend::Access;
using backend::Parameter;
using backend::Request;
using backend::RowSink;
using backend::ValueList;

namespace {

std::vector<Parameter> with_list(const ValueList& far, std::span<const Parameter> near) {
    std::vector<Parameter> parameters{far};
    parameters.insert(parameters.end(), near.begin(), near.end());
    return parameters;
}

}  // namespace

/// Collects the far objects whose links a write has changed.
class TypedLinks::ChangedKeys final : public backend::ResultSink {
public:
    ChangedKeys(const Model& far, const ValueList* given) : far_(far), given_(given), kind_(far.primary_key().kind()) {}

    void row(std::span<const ValueView> cells) override { references_.push_back({&far_, Value(kind_, cells[0])}); }
    void executed(std::size_t i, std::size_t affected) override {
        if (affected > 0)
            references_.push_back({&far_, Value(kind_, (*given_)[i])});
    }
    std::vector<Reference> take() { return std::move(references_); }

private:
    const Model& far_;
    const ValueList* given_;
    Kind kind_;
    std::vector<Reference> references_;
};

TypedLinks::TypedLinks(Context& context, detail::RelationData& relation, bool reverse, const Model& near,
                       const Value& key)
    : context_(context),
      relation_(relation),
      reverse_(reverse),
      sql_(TypedLinkStatements::of(context, relation, reverse)),
      near_(near),
      far_(*sql_.side.far),
      near_key_(key),
      key_text_(sql_.side.is_generic() ? key.to_string() : "") {}

const TypedKeyStatements& TypedLinks::links_alone() {
    return TypedKeyStatements::of(context_, relation_, reverse_);
}

const TypedUnlinkingStatements& TypedLinks::unlinking() {
    return TypedUnlinkingStatements::of(context_, relation_, reverse_);
}

const TypedLinkingStatements& TypedLinks::linking() {
    return TypedLinkingStatements::of(context_, relation_, reverse_, near_);
}

ValueList far_keys(Context& context, const detail::RelationData& relation, const Model& near, const Model& far,
                   std::span<const ObjectRef> objects, bool distinct) {
    ValueList keys(far.primary_key().kind());
    keys.reserve(objects.size());
    std::set<Value> seen;
    Scratch scratch;
    for (const ObjectRef& object : objects) {
        const ObjectView view = context.reader.read(object);
        if (!view.model->is_a(far))
            throw WrongModel(fmt::format("{} links objects of {} to those of {}: a {} cannot be one of them",
                                         relation.label, near.label(), far.label(), view.model->label()));
        scratch.clear();
        const Field& key = view.model->primary_key();
        const ValueView value = view.key_view(scratch);
        if (is_missing_key(key, value))
            throw UnsavedObject(
                fmt::format("an object of {} was never saved, so that it cannot be linked by {}: insert "
                            "it first",
                            far.label(), relation.label));
        key.check(value);
        if (!distinct || seen.insert(Value(key.kind(), value)).second)
            keys.push(value);
    }
    return keys;
}

TypedLinks::Near TypedLinks::near_of(int content_type) const {
    return {Parameter::integer(content_type), Parameter::text(key_text_)};
}

std::optional<TypedLinks::Near> TypedLinks::find_near() {
    if (!sql_.side.is_generic())
        return Near{near_key_};
    if (const auto content_type = context_.content_types.find_id(near_))
        return near_of(*content_type);
    return std::nullopt;
}

template <class Work>
Changes TypedLinks::write(const ValueList& far, Work&& work) {
    try {
        return write_near(work);
    } catch (const IntegrityError& error) {
        const schema::TypedSide& side = sql_.side;
        if (!is_missing_target(error, side.source_is_far ? side.near_columns.back() : side.far_column))
            throw;
        std::vector<Reference> targets;
        if (side.source_is_far)
            targets.push_back({&near_, Value(near_key_.kind, near_key_.value)});
        else
            for (std::size_t i = 0; i < far.size(); ++i)
                targets.push_back({&far_, Value(far.kind(), far[i])});
        throw_missing_target(error, targets);
    }
}

template <class Work>
Changes TypedLinks::write_near(Work&& work) {
    if (!sql_.side.is_generic())
        return work(Near{near_key_});
    const GM2MField field = gm2m_field(relation_);
    const auto limit = field.key_length();
    if (limit && text::count_characters(key_text_) > *limit)
        throw_key_too_long(field, fmt::format("{}:{}", near_.label(), key_text_), text::count_characters(key_text_));
    if (const auto id = context_.content_types.find_id_once(near_))
        return work(near_of(*id));
    return backend::in_transaction(context_.connection,
                                   [&] { return work(near_of(context_.content_types.id_of(near_))); });
}

std::vector<Reference> TypedLinks::add_links(const ValueList& far, Near near) {
    const TypedLinkingStatements& sql = linking();
    if (sql.takes_target_key)
        near.push_back(near_key_);
    return write_links(sql.add, far, near);
}

std::vector<Reference> TypedLinks::write_links(const std::string& sql, const ValueList& far, const Near& near) {
    const Kind columns[] = {sql_.far_kind};
    const backend::Dialect& dialect = context_.connection.dialect();
    ChangedKeys changed(far_, &far);
    std::deque<ValueList> parts;
    std::deque<LinkWrite> writes;
    std::vector<Request> requests;
    const auto append = [&](const ValueList& part) {
        requests.push_back(writes.emplace_back(dialect, sql, with_list(part, near), columns, changed).request());
    };
    if (dialect.writes_row_by_row() || far.size() <= context_.keys_per_statement) {
        append(far);
        context_.connection.execute(requests, Access::write);
        return changed.take();
    }
    // Each of several statements locks its own rows in order: together they would not.
    return backend::in_transaction(context_.connection, [&] {
        lock(far);
        for (std::size_t begin = 0; begin < far.size(); begin += context_.keys_per_statement)
            append(parts.emplace_back(far.slice(begin, context_.keys_per_statement)));
        context_.connection.execute(requests, Access::write);
        return changed.take();
    });
}

/// Locks the rows of the sources, where rows can be locked, and then those of the targets where no foreign key does:
/// the far objects', in the order of their keys, or the near one's.
void TypedLinks::lock(const ValueList& far) {
    if (!context_.connection.dialect().locks_rows())
        return;
    const std::deque<ValueList> parts = sorted_slices(far, context_.keys_per_statement);
    std::deque<Parameter> parameters;
    std::vector<Request> requests;
    const auto append = [&](const std::string& sql, bool of_far) {
        const auto append_one = [&](const Parameter& keys) {
            requests.push_back({.sql = &sql, .parameters = std::span(&parameters.emplace_back(keys), 1)});
        };
        if (!of_far)
            return append_one(near_key_);
        for (const ValueList& part : parts)
            append_one(part);
    };
    append(unlinking().lock, sql_.side.source_is_far);
    if (const std::string& sql = linking().lock_targets; !sql.empty())
        append(sql, !sql_.side.source_is_far);
    context_.connection.execute(requests, Access::write);
}

Changes TypedLinks::add(std::span<const ObjectRef> objects) {
    const ValueList far = read(objects);
    if (far.empty())
        return {};
    return write(far, [&](const Near& near) { return Changes{add_links(far, near), {}}; });
}

Changes TypedLinks::remove(std::span<const ObjectRef> objects) {
    const ValueList far = read(objects);
    const std::optional<Near> near = find_near();
    if (far.empty() || !near)
        return {};
    return {{}, write_links(unlinking().remove, far, *near)};
}

Changes TypedLinks::set(std::span<const ObjectRef> objects) {
    const ValueList far = read(objects);
    return write(far, [&](const Near& near) {
        return far.size() <= context_.keys_per_statement ? set_links(far, near) : set_many_links(far, near);
    });
}

Changes TypedLinks::set_links(const ValueList& far, const Near& near) {
    const Kind columns[] = {sql_.far_kind};
    const TypedLinkingStatements& sql = linking();
    const std::vector<Parameter> parameters = with_list(far, near);
    std::vector<Parameter> with_target = parameters;
    if (sql.takes_target_key)
        with_target.push_back(near_key_);
    const backend::Dialect& dialect = context_.connection.dialect();
    ChangedKeys added(far_, &far), removed(far_, nullptr);
    LinkWrite add(dialect, sql.set_add, with_target, columns, added);
    std::vector<Request> requests;
    if (!dialect.writes_row_by_row() || !far.empty())
        requests.push_back(add.request());
    requests.push_back(
        {.sql = &unlinking().remove_others, .parameters = parameters, .columns = columns, .sink = &removed});
    context_.connection.execute(requests, Access::write);
    return {added.take(), removed.take()};
}

// More than one parameter holds: the difference is made here. All that is touched is locked at once, in order; a far
// source that somebody else links after the look has been linked after this.
Changes TypedLinks::set_many_links(const ValueList& far, const Near& near) {
    return backend::in_transaction(context_.connection, [&] {
        std::set<Value> wanted;
        ValueList others(far.kind()), touched(far.kind());
        for (std::size_t i = 0; i < far.size(); ++i) {
            wanted.insert(Value(far.kind(), far[i]));
            touched.push(far[i]);
        }
        RowSink sink([&](std::span<const ValueView> row) {
            if (wanted.contains(Value(far.kind(), row[0])))
                return;
            others.push(row[0]);
            touched.push(row[0]);
        });
        const Kind columns[] = {far.kind()};
        if (!sql_.side.source_is_far)
            lock(far);
        ask(links_alone().keys, columns, sink);
        if (sql_.side.source_is_far)
            lock(touched);
        Changes changes{add_links(far, near), {}};
        if (!others.empty())
            changes.removed = write_links(unlinking().remove, others, near);
        return changes;
    });
}

// The lock comes first: a statement that follows it sees what those who held it before have done.
Changes TypedLinks::toggle(std::span<const ObjectRef> objects) {
    const ValueList far = read(objects, true);
    if (far.empty())
        return {};
    return write(far, [&](const Near& near) {
        return backend::in_transaction(context_.connection, [&] {
            lock(far);
            Changes changes;
            changes.removed = write_links(unlinking().remove, far, near);
            std::set<Value> gone;
            for (const Reference& reference : changes.removed)
                gone.insert(reference.key);
            ValueList left(far.kind());
            for (std::size_t i = 0; i < far.size(); ++i)
                if (!gone.contains(Value(far.kind(), far[i])))
                    left.push(far[i]);
            if (!left.empty())
                changes.added = add_links(left, near);
            return changes;
        });
    });
}

std::size_t TypedLinks::clear() {
    const std::optional<Near> near = find_near();
    if (!near)
        return 0;
    Request request{.sql = &unlinking().clear, .parameters = *near};
    context_.connection.execute(request, Access::write);
    return request.affected;
}

/// Runs a read; nothing where there can be no links.
void TypedLinks::ask(const std::string& sql, std::span<const Kind> columns, backend::ResultSink& sink) {
    const std::optional<Near> near = find_near();
    if (!near)
        return;
    Request request{.sql = &sql, .parameters = *near, .columns = columns, .sink = &sink};
    context_.connection.execute(request, Access::read);
}

std::int64_t TypedLinks::ask_number(const std::string& sql, Kind kind) {
    std::int64_t number = 0;
    RowSink sink([&](std::span<const ValueView> row) { number = row[0].integer(); });
    ask(sql, std::span(&kind, 1), sink);
    return number;
}

std::vector<Object> TypedLinks::all() {
    if (!sql_.all_has_order) {
        std::vector<Object> objects;
        ObjectSink sink(far_, objects, sql_.found_several);
        ask(sql_.all, sql_.all_columns, sink);
        sql_.found_several = objects.size() > 1;
        return objects;
    }
    std::vector<Placed> placed;
    PlacedSink sink(far_, placed, sql_.found_several);
    ask(sql_.all, sql_.all_columns, sink);
    sql_.found_several = placed.size() > 1;
    std::ranges::sort(placed, {}, &Placed::place);
    return objects_of(std::move(placed));
}

std::size_t TypedLinks::count() {
    return static_cast<std::size_t>(ask_number(links_alone().count, Kind::big_integer));
}

bool TypedLinks::exists() {
    return ask_number(links_alone().exists, Kind::boolean) != 0;
}

bool TypedLinks::contains(const ObjectRef& object) {
    const ValueList far = read(std::span(&object, 1));
    const std::optional<Near> near = find_near();
    if (!near)
        return false;
    bool found = false;
    RowSink sink([&](std::span<const ValueView> row) { found = row[0].integer() != 0; });
    constexpr Kind columns[] = {Kind::boolean};
    Near parameters{Parameter(far.kind(), far[0])};
    for (const Parameter& column : std::span<const Parameter>(*near))
        parameters.push_back(column);
    Request request{.sql = &links_alone().contains, .parameters = parameters, .columns = columns, .sink = &sink};
    context_.connection.execute(request, Access::read);
    return found;
}

}  // namespace gm2m::relation
