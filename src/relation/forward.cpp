#include "relation/forward.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/text_form.hpp"
#include "model/names.hpp"
#include "model/relation_data.hpp"
#include "relation/changed_links.hpp"
#include "relation/joined_objects.hpp"
#include "relation/link_index.hpp"
#include "relation/linked_objects.hpp"
#include "relation/missing_target.hpp"
#include "relation/sorted_order.hpp"

namespace gm2m::relation {

using backend::Access;
using backend::Parameter;
using backend::Request;
using backend::RowSink;

namespace {

/// One execution per link: its content type and its key.
class LinkRows final : public backend::RowSource {
public:
    static constexpr std::size_t parameters = 2;

    explicit LinkRows(const LinkList& links) : links_(links) {}
    std::size_t rows() const override { return links_.size(); }
    void bind(std::size_t row, std::span<Parameter> bound) override {
        bound[0] = Parameter::integer(links_.content_types.integer_at(row));
        const auto& integer = links_.keys.integer_at(row);
        bound[1] = Parameter::text(integer ? text::write_integer(*integer, digits_) : links_.keys.text_at(row));
    }

private:
    const LinkList& links_;
    text::Digits digits_;
};

}  // namespace

/// Checks the objects, makes their content types, does the work, and lets their models have the reverse relation.
template <class Work>
Changes Forward::write(std::span<const ObjectRef> objects, Work&& work) {
    LinkListBuilder builder(context_, field_);
    builder.add(objects);
    const auto link = [&] {
        LinkList links = builder.complete();
        try {
            return work(links, LinkingStatements::of(context_, field_, builder.targets()));
        } catch (const IntegrityError& error) {
            if (!is_missing_target(error, schema::join_table_of(field_).key_column))
                throw;
            std::vector<Reference> targets;
            links.drop_repeats();
            for (std::size_t i = 0; i < links.size(); ++i)
                targets.push_back(links.reference(i));
            throw_missing_target(error, targets);
        }
    };
    // A content type is created with the first link, or not at all.
    Changes changes = builder.needs_content_types() ? backend::in_transaction(context_.connection, link) : link();
    for (const Model* model : builder.models())
        if (!field_.data().has_relation(*model))
            field_.data().add_relation(label_key(model->label()), model, true);
    return changes;
}

std::vector<Reference> Forward::write_links(const std::string& statement, const LinkList& links) {
    ChangedLinks changed(&links);
    if (context_.connection.dialect().writes_row_by_row()) {
        write_row_by_row(statement, links, changed);
        return changed.references(context_);
    }
    std::deque<LinkList> slices;
    std::deque<std::array<Parameter, 3>> parameters;
    std::vector<Request> requests;
    const auto append = [&](const LinkList& part) {
        parameters.push_back({source_, part.content_types, part.keys.texts()});
        requests.push_back({.sql = &statement,
                            .parameters = parameters.back(),
                            .columns = ChangedLinks::columns,
                            .sink = &changed});
    };
    if (links.size() <= context_.keys_per_statement)
        append(links);
    else
        for (std::size_t begin = 0; begin < links.size(); begin += context_.keys_per_statement)
            append(slices.emplace_back(links.slice(begin, context_.keys_per_statement)));
    context_.connection.execute(requests, Access::write);
    return changed.references(context_);
}

void Forward::write_row_by_row(const std::string& statement, const LinkList& links, backend::ResultSink& sink) {
    LinkRows rows(links);
    const Parameter source[] = {source_};
    Request request{.sql = &statement,
                    .parameters = source,
                    .sink = &sink,
                    .source = &rows,
                    .parameters_per_row = LinkRows::parameters};
    context_.connection.execute(request, Access::write);
}

/// Runs a statement that makes links from lists, in as many slices as these need.
void Forward::link_lists(const std::string& statement, const LinkingStatements& sql, const LinkList& links,
                         std::span<const Kind> columns, backend::ResultSink& sink) {
    struct Part {
        std::vector<backend::ValueList> keys;  // by model
        std::vector<Parameter> parameters;
    };
    const bool split = links.size() > context_.keys_per_statement;
    std::vector<Request> requests;
    const Parameter source[] = {source_};
    if (split || &statement != &sql.add)
        requests.push_back({.sql = &sql_.lock_source, .parameters = source});

    std::deque<std::deque<backend::ValueList>> locked;
    std::deque<Parameter> lists;
    if (split) {
        const std::vector<backend::ValueList> all = target_keys(links, sql.models);
        for (std::size_t model = 0; model < all.size(); ++model)
            for (const backend::ValueList& keys :
                 locked.emplace_back(sorted_slices(all[model], context_.keys_per_statement)))
                requests.push_back({.sql = &sql.locks[model], .parameters = std::span(&lists.emplace_back(keys), 1)});
    }

    std::deque<LinkList> slices;
    std::deque<Part> parts;
    const auto append = [&](const LinkList& slice) {
        Part& part = parts.emplace_back();
        part.keys = target_keys(slice, sql.models);
        part.parameters = {source_, slice.content_types, slice.keys.texts()};
        part.parameters.insert(part.parameters.end(), part.keys.begin(), part.keys.end());
        requests.push_back({.sql = &statement, .parameters = part.parameters, .columns = columns, .sink = &sink});
    };
    if (!split)
        append(links);
    else
        for (std::size_t begin = 0; begin < links.size(); begin += context_.keys_per_statement)
            append(slices.emplace_back(links.slice(begin, context_.keys_per_statement)));
    context_.connection.execute(requests, Access::write);
}

std::vector<Reference> Forward::add_links(const LinkingStatements& sql, const LinkList& links) {
    if (context_.connection.dialect().writes_row_by_row())
        return write_links(sql.add, links);
    ChangedLinks added;
    link_lists(sql.add, sql, links, ChangedLinks::columns, added);
    return added.references(context_);
}

/// toggle or set, as `statement` says.
Changes Forward::change_lists(const std::string& statement, const LinkingStatements& sql, const LinkList& links) {
    ChangedLinks added, removed;
    RowSink sink([&](std::span<const ValueView> row) {
        const std::int64_t content_type = row[0].integer();
        (content_type > 0 ? added : removed).push(std::abs(content_type), row[1].text());
    });
    link_lists(statement, sql, links, ChangedLinks::columns, sink);
    return {added.references(context_), removed.references(context_)};
}

Changes Forward::add(std::span<const ObjectRef> objects) {
    if (objects.empty())
        return {};
    return write(objects, [&](const LinkList& links, const LinkingStatements& sql) {
        return Changes{add_links(sql, links), {}};
    });
}

Changes Forward::remove(std::span<const ObjectRef> objects) {
    LinkListBuilder builder(context_, field_);
    builder.add(objects);
    const LinkList links = builder.known();
    if (links.size() == 0)
        return {};
    return {{}, write_links(sql_.remove, links)};
}

Changes Forward::set(std::span<const ObjectRef> objects) {
    return write(objects, [&](LinkList& links, const LinkingStatements& sql) {
        const bool row_by_row = context_.connection.dialect().writes_row_by_row();
        if (row_by_row && links.size() == 0)
            return Changes{{}, remove_all()};
        if (row_by_row || links.size() > context_.keys_per_statement)
            return set_difference(sql, links);
        links.drop_repeats();
        return change_lists(sql.set, sql, links);
    });
}

std::vector<Reference> Forward::remove_all() {
    ChangedLinks removed;
    const Parameter parameters[] = {source_};
    Request request{
        .sql = &sql_.remove_all, .parameters = parameters, .columns = ChangedLinks::columns, .sink = &removed};
    context_.connection.execute(request, Access::write);
    return removed.references(context_);
}

// The difference is made here: where executions are cheap but each is for one link, or there are more links than one
// parameter holds. Nobody else writes links of the source between the look and the writes.
Changes Forward::set_difference(const LinkingStatements& sql, const LinkList& links) {
    return backend::in_transaction(context_.connection, [&] {
        lock_source();
        const LinkIndex wanted(links);
        std::vector<bool> found(links.size());
        LinkList others, missing;
        RowSink sink([&](std::span<const ValueView> row) {
            const std::size_t i = wanted.find(row[0].integer(), row[1].text());
            if (i != LinkIndex::none)
                found[i] = true;
            else
                others.push(row[0].integer(), row[1].text(), nullptr);
        });
        const Parameter parameters[] = {source_};
        Request look{.sql = &sql_.look, .parameters = parameters, .columns = ChangedLinks::columns, .sink = &sink};
        context_.connection.execute(look, Access::read);

        ModelsByContentType models(context_);
        for (std::size_t i = 0; i < others.size(); ++i)
            others.models[i] = models.find(others.content_types.integer_at(i));
        for (std::size_t i = 0; i < links.size(); ++i)
            if (!found[i] && wanted.is_first(i))
                missing.push(links, i);
        Changes changes;
        // Targets are locked before links are touched.
        if (missing.size() > 0)
            changes.added = add_links(sql, missing);
        if (others.size() > 0)
            changes.removed = write_links(sql_.remove, others);
        return changes;
    });
}

// A transaction that was begun here has the whole database where rows are not locked.
void Forward::lock_source() {
    backend::Connection& connection = context_.connection;
    if (!connection.dialect().locks_rows() && !connection.in_foreign_transaction())
        return;
    const Parameter parameters[] = {source_};
    Request request{.sql = &sql_.lock_source, .parameters = parameters};
    connection.execute(request, Access::write);
}

Changes Forward::toggle(std::span<const ObjectRef> objects) {
    if (objects.empty())
        return {};
    return write(objects, [&](LinkList& links, const LinkingStatements& sql) {
        links.drop_repeats();
        return context_.connection.dialect().writes_row_by_row() ? toggle_row_by_row(sql, links)
                                                                 : change_lists(sql.toggle, sql, links);
    });
}

Changes Forward::toggle_row_by_row(const LinkingStatements& sql, const LinkList& links) {
    /// The links that were there go; the others are left.
    struct Sink final : backend::ResultSink {
        explicit Sink(const LinkList& given) : links(given), removed(&given) {}
        void row(std::span<const ValueView>) override {}
        void executed(std::size_t i, std::size_t affected) override {
            removed.executed(i, affected);
            if (affected > 0)
                return;
            left.push(links, i);
        }
        const LinkList& links;
        ChangedLinks removed;
        LinkList left;
    };
    return backend::in_transaction(context_.connection, [&] {
        Sink sink(links);
        write_row_by_row(sql_.remove, links, sink);
        Changes changes{{}, sink.removed.references(context_)};
        if (sink.left.size() > 0)
            changes.added = add_links(sql, sink.left);
        return changes;
    });
}

std::size_t Forward::clear() {
    const Parameter parameters[] = {source_};
    Request request{.sql = &sql_.clear, .parameters = parameters};
    context_.connection.execute(request, Access::write);
    return request.affected;
}

void Forward::read(std::string LinkStatements::Read::*statement, const ContentTypes& only,
                   std::span<const Kind> columns, backend::ResultSink& sink) {
    backend::ValueList ids(Kind::integer);
    std::vector<Parameter> parameters{source_};
    if (only) {
        for (const int id : *only)
            ids.push_integer(id);
        parameters.emplace_back(ids);
    }
    const std::string& sql = (only ? sql_.of_some_models : sql_.of_all_models).*statement;
    Request request{.sql = &sql, .parameters = parameters, .columns = columns, .sink = &sink};
    context_.connection.execute(request, Access::read);
}

std::int64_t Forward::read_number(std::string LinkStatements::Read::*statement, const ContentTypes& only, Kind kind) {
    std::int64_t number = 0;
    RowSink sink([&](std::span<const ValueView> row) { number = row[0].integer(); });
    const Kind columns[] = {kind};
    read(statement, only, columns, sink);
    return number;
}

std::vector<Object> Forward::all(const ContentTypes& only) {
    if (context_.connection.dialect().writes_row_by_row() && !sql_.has_ordering) {
        std::vector<int> present;
        RowSink sink([&](std::span<const ValueView> row) { present.push_back(static_cast<int>(row[0].integer())); });
        constexpr Kind columns[] = {Kind::integer};
        read(&LinkStatements::Read::content_types, only, columns, sink);
        std::ranges::sort(present);
        return load_joined(context_, field_, source_, present);
    }
    LinkedObjects linked(sql_.may_repeat);
    read(&LinkStatements::Read::all, only, LinkedObjects::columns, linked);
    return linked.load(context_);
}

std::size_t Forward::count(const ContentTypes& only) {
    return static_cast<std::size_t>(read_number(&LinkStatements::Read::count, only, Kind::big_integer));
}

bool Forward::exists(const ContentTypes& only) {
    return read_number(&LinkStatements::Read::exists, only, Kind::boolean) != 0;
}

std::vector<ModelCount> Forward::count_by_model(const ContentTypes& only) {
    std::vector<std::pair<int, std::size_t>> counts;
    RowSink sink([&](std::span<const ValueView> row) {
        counts.emplace_back(static_cast<int>(row[0].integer()), static_cast<std::size_t>(row[1].integer()));
    });
    constexpr Kind columns[] = {Kind::integer, Kind::big_integer};
    read(&LinkStatements::Read::count_by_model, only, columns, sink);
    std::vector<ModelCount> result;
    for (const auto& [id, count] : counts) {
        const auto content_type = context_.content_types.find(id);
        if (content_type && content_type->registered)
            result.push_back({content_type->registered->label(), content_type->registered, count});
        else if (content_type)
            result.push_back({content_type->app_label + "." + content_type->model, nullptr, count});
        else
            result.push_back({fmt::format("content type {}", id), nullptr, count});
    }
    return result;
}

bool Forward::contains(const ObjectRef& object) {
    LinkListBuilder builder(context_, field_);
    try {
        builder.add(object);
    } catch (const KeyTooLong&) {
        return false;
    }
    const LinkList links = builder.known();
    if (links.size() == 0)
        return false;
    bool found = false;
    RowSink sink([&](std::span<const ValueView> row) { found = row[0].integer() != 0; });
    constexpr Kind columns[] = {Kind::boolean};
    const Parameter parameters[] = {source_, Parameter(Kind::integer, links.content_types[0]),
                                    Parameter::text(links.keys.text_at(0))};
    Request request{.sql = &sql_.contains, .parameters = parameters, .columns = columns, .sink = &sink};
    context_.connection.execute(request, Access::read);
    return found;
}

}  // namespace gm2m::relation
