#include "relation/through_links.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/text_form.hpp"
#include "model/access.hpp"
#include "model/names.hpp"
#include "model/relation_data.hpp"
#include "query/object_store.hpp"
#include "query/sql_writer.hpp"
#include "relation/changed_links.hpp"
#include "relation/distinct_keys.hpp"
#include "relation/link_list.hpp"
#include "relation/missing_target.hpp"
#include "relation/sorted_order.hpp"
#include "relation/through_rows.hpp"
#include "relation/typed_links.hpp"

namespace gm2m::relation {

using backend::Access;
using backend::Dialect;
using backend::Parameter;
using backend::Request;
using backend::RowSink;
using backend::ValueList;

namespace {

/// The rows of a model whose keys are in list parameter 1, locked in their order where rows can be.
std::string select_locked(const Context& context, const Model& model, std::string_view lock) {
    const Dialect& dialect = context.connection.dialect();
    const Field& key = model.primary_key();
    const std::string column = dialect.quote(key.column());
    const std::string sql = fmt::format("SELECT {} FROM {} WHERE {}", column, context.table_of(model),
                                        dialect.in_list(column, 1, key.kind()));
    return dialect.locks_rows()
               ? fmt::format("{} ORDER BY {}{} {}", sql, column, dialect.in_byte_order(key.kind()), lock)
               : sql;
}

}  // namespace

ThroughLinks::ThroughLinks(Context& context, const GM2MField& field, bool reverse, const Model& near, const Value& key,
                           const FieldValues& values, bool updating)
    : context_(context), field_(field), join_(schema::join_table_of(field)), fields_(field.through_fields()),
      reverse_(reverse), near_(near), near_key_(key), near_text_(key.to_string()), values_(field, values),
      updating_(updating) {}

Changes ThroughLinks::change(std::span<const ObjectRef> objects, const Plan& plan) {
    if (objects.empty() && !plan.removes_others)
        return {};
    Changes changes = backend::in_transaction(context_.connection, [&] {
        context_.connection.lock_database(join_.name);
        if (!read(objects, plan.adds))
            return Changes{};
        if (plan.adds)
            for (Far& given : fars_)
                given.assignments = &values_.of(given.values);
        lock_sources(plan.removes_others);
        look(plan.removes_others);
        return carry_out(plan);
    });
    if (!reverse_ && writes_)
        for (const Reference& added : changes.added)
            if (!field_.data().has_relation(*added.model))
                field_.data().add_relation(label_key(added.model->label()), added.model, true);
    return changes;
}

std::size_t ThroughLinks::clear() {
    return backend::in_transaction(context_.connection, [&] {
        context_.connection.lock_database(join_.name);
        if (!find_near(false))
            return std::size_t{0};
        lock_sources(true);
        look(true);
        std::vector<Far*> all;
        std::size_t count = 0;
        for (Far& far : fars_)
            if (far.is_held) {
                all.push_back(&far);
                count += far.rows.size();
            }
        remove_rows(all);
        return count;
    });
}

// --- what is given ---

bool ThroughLinks::read(std::span<const ObjectRef> objects, bool creates_content_types) {
    if (reverse_)
        read_sources(objects);
    else
        read_targets(objects, creates_content_types);
    return find_near(creates_content_types && !objects.empty());
}

bool ThroughLinks::find_near(bool creates_content_type) {
    if (!reverse_)
        return true;
    if (join_.key_length && text::count_characters(near_text_) > *join_.key_length)
        throw_key_too_long(field_, fmt::format("{}:{}", near_.label(), near_text_), text::count_characters(near_text_));
    near_type_ = creates_content_type ? context_.content_types.id_of(near_) : context_.content_types.id_or_none(near_);
    return near_type_ != 0;
}

void ThroughLinks::read_targets(std::span<const ObjectRef> objects, bool creates_content_types) {
    LinkListBuilder builder(context_, field_);
    builder.add(objects);
    const LinkList links = creates_content_types ? builder.complete() : builder.known();
    for (std::size_t i = 0; i < links.size(); ++i) {
        Far& given = far(links.content_types.integer_at(i), links.keys.text_at(i), links.models[i]);
        given.is_given = true;
        if (links.size() == objects.size() && objects[i].values())  // a repeat without any takes none away
            given.values = objects[i].values();
    }
}

void ThroughLinks::read_sources(std::span<const ObjectRef> objects) {
    const ValueList keys = far_keys(context_, field_.relation(), near_, *join_.source, objects);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        Far& given = far(Value(keys.kind(), keys[i]));
        given.is_given = true;
        if (objects[i].values())
            given.values = objects[i].values();
    }
}

ThroughLinks::Far& ThroughLinks::far(std::int64_t content_type, std::string_view key, const Model* model) {
    Far*& found = by_name_[fmt::format("{}:{}", content_type, key)];
    if (!found)
        found = &fars_.emplace_back(Far{reference_to(model, key), content_type, std::string(key)});
    return *found;
}

ThroughLinks::Far& ThroughLinks::far(const Value& source) {
    Far*& found = by_name_[source.to_string()];
    if (!found)
        found = &fars_.emplace_back(Far{{join_.source, source}});
    return *found;
}

// --- what is there ---

// Whoever writes links of a source holds its row, so that what is seen from here on stays as it is. (BEHAVIOUR 2.12)
void ThroughLinks::lock_sources(bool of_all) {
    backend::Connection& connection = context_.connection;
    if (!connection.dialect().locks_rows())
        return;
    if (reverse_ && of_all)
        look(true);
    ValueList keys(join_.source->primary_key().kind());
    if (!reverse_)
        keys.push(near_key_.view());
    for (Far& each : fars_) {
        if (reverse_)
            keys.push(each.reference.key.view());
        each.rows.clear();  // they are looked for once more
    }
    const std::string sql = select_locked(context_, *join_.source, "FOR NO KEY UPDATE");
    for (const ValueList& part : sorted_slices(keys, context_.keys_per_statement)) {
        const Parameter parameters[] = {part};
        Request request{.sql = &sql, .parameters = parameters};
        connection.execute(request, Access::write);
    }
    holds_sources_ = true;
}

void ThroughLinks::look(bool at_all) {
    const Dialect& dialect = context_.connection.dialect();
    const auto is = [&](const std::string& column, std::size_t n) {
        return fmt::format("{} = {}", dialect.quote(column), dialect.parameter(n));
    };
    std::vector<Parameter> near{Parameter(near_key_)};
    std::string condition = is(join_.source_column, 1);
    if (reverse_) {
        near = {Parameter::integer(near_type_), Parameter::text(near_text_)};
        condition = is(join_.content_type_column, 1) + " AND " + is(join_.key_column, 2);
    }
    if (at_all)
        return look(condition, near);
    // The rows of those given are sought, however many others there are. (BEHAVIOUR 2.4)
    const Kind kind = reverse_ ? join_.source->primary_key().kind() : Kind::text;
    std::map<std::int64_t, ValueList> given;  // by content type
    for (const Far& each : fars_) {
        ValueList& keys = given.try_emplace(each.content_type, kind).first->second;
        reverse_ ? keys.push(each.reference.key.view()) : keys.push_text(each.key);
    }
    for (const auto& [content_type, keys] : given)
        for (std::size_t begin = 0; begin < keys.size(); begin += context_.keys_per_statement) {
            const ValueList part = keys.slice(begin, context_.keys_per_statement);
            std::vector<Parameter> parameters = near;
            std::string among = condition;
            if (!reverse_) {
                parameters.push_back(Parameter::integer(content_type));
                among += " AND " + is(join_.content_type_column, parameters.size());
            }
            parameters.emplace_back(part);
            among += " AND " + dialect.in_list(dialect.quote(reverse_ ? join_.source_column : join_.key_column),
                                               parameters.size(), kind);
            look(among, parameters);
        }
}

void ThroughLinks::look(const std::string& condition, std::span<const Parameter> parameters) {
    const Dialect& dialect = context_.connection.dialect();
    const Kind row_kind = join_.through->primary_key().kind(), source_kind = join_.source->primary_key().kind();
    struct Row {
        Value key, source;
        std::int64_t content_type;
        std::string target;
    };
    std::vector<Row> rows;
    RowSink sink([&](std::span<const ValueView> row) {
        if (!row[1].is_null() && !row[2].is_null() && !row[3].is_null())
            rows.push_back(
                {Value(row_kind, row[0]), Value(source_kind, row[1]), row[2].integer(), std::string(row[3].text())});
    });
    const Kind kinds[] = {row_kind, source_kind, Kind::integer, Kind::text};
    const std::string sql =
        fmt::format("SELECT {}, {}, {}, {} FROM {} WHERE {}", dialect.quote(join_.through->primary_key().column()),
                    dialect.quote(join_.source_column), dialect.quote(join_.content_type_column),
                    dialect.quote(join_.key_column), context_.table_of(*join_.through), condition);
    Request request{.sql = &sql, .parameters = parameters, .columns = kinds, .sink = &sink};
    context_.connection.execute(request, Access::read);
    ModelsByContentType models(context_);
    for (Row& row : rows) {
        const std::size_t known = fars_.size();
        Far& linked = reverse_ ? far(row.source) : far(row.content_type, row.target, models.find(row.content_type));
        linked.is_held = linked.is_held && (!holds_sources_ || !reverse_ || fars_.size() == known);
        linked.rows.push_back(std::move(row.key));
    }
}

// --- the difference ---

Changes ThroughLinks::carry_out(const Plan& plan) {
    std::vector<Far*> fresh, kept, gone;
    Changes changes;
    for (Far& each : fars_) {
        const bool is_linked = !each.rows.empty() && each.is_held;
        if (is_linked && (each.is_given ? plan.removes_given : plan.removes_others)) {
            gone.push_back(&each);
            changes.removed.push_back(each.reference);
        } else if (is_linked && each.is_given && plan.updates) {
            kept.push_back(&each);
        } else if (!is_linked && each.is_given && plan.adds) {
            fresh.push_back(&each);
            changes.added.push_back(each.reference);
        }
    }
    for (const Far* each : fresh)
        values_.require_complete(*each->assignments);
    for (const Far* each : kept)
        values_.require_same_key(*each->assignments, each->rows);
    require_targets(fresh);
    if (!writes_)
        return changes;
    // What is unique besides, as a place in an order, is free for those that come.
    if (remove_rows(gone))
        require_targets(fresh);
    changes.updated = update(kept);
    insert(fresh);
    return changes;
}

// Their rows are held until the end of the transaction, lest they are deleted meanwhile. (BEHAVIOUR 2.12)
void ThroughLinks::require_targets(std::span<Far* const> fars) {
    if (fars.empty())
        return;
    if (reverse_) {
        ValueList key(near_.primary_key().kind());
        key.push(near_key_.view());
        return require_targets(near_, key);
    }
    std::map<std::int64_t, std::pair<const Model*, ValueList>> by_model;  // by content type, as all callers lock them
    for (const Far* each : fars) {
        const Model& model = *each->reference.model;
        by_model.try_emplace(each->content_type, &model, ValueList(model.primary_key().kind()))
            .first->second.second.push(each->reference.key.view());
    }
    for (const auto& [content_type, targets] : by_model)
        require_targets(*targets.first, targets.second);
}

void ThroughLinks::require_targets(const Model& model, const ValueList& keys) {
    DistinctKeys found(keys.kind());
    RowSink sink([&](std::span<const ValueView> row) { found.insert(row[0]); });
    const Kind columns[] = {keys.kind()};
    const std::string sql = select_locked(context_, model, "FOR KEY SHARE");
    for (const ValueList& part : sorted_slices(keys, context_.keys_per_statement)) {
        const Parameter parameters[] = {part};
        Request request{.sql = &sql, .parameters = parameters, .columns = columns, .sink = &sink};
        context_.connection.execute(request, Access::write);
    }
    std::vector<Reference> missing;
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (!found.contains(keys[i]))
            missing.push_back({&model, Value(keys.kind(), keys[i])});
    if (!missing.empty())
        throw_missing_target(IntegrityError("", "", sql, IntegrityError::Constraint::foreign_key), missing);
}

// --- the writes ---

void ThroughLinks::insert(std::span<Far* const> fars) {
    std::vector<Object> rows;
    for (const Far* each : fars) {
        const Object& row = rows.emplace_back(values_.make(*each->assignments));
        const Value& source = reverse_ ? each->reference.key : near_key_;
        fields_.source->assign(data_of(row.row()), source.view());
        fields_.target->content_type->assign(data_of(row.row()),
                                             ValueView::of_integer(reverse_ ? near_type_ : each->content_type));
        fields_.target->key->assign(data_of(row.row()), ValueView::of_text(reverse_ ? near_text_ : each->key));
    }
    object_store::insert(context_, rows);
}

std::vector<Reference> ThroughLinks::update(std::span<Far* const> fars) {
    std::vector<Reference> updated;
    if (fars.empty())
        return updated;
    std::vector<Value> keys;
    for (const Far* each : fars)
        keys.insert(keys.end(), each->rows.begin(), each->rows.end());
    std::unordered_map<std::string, Object> rows;
    for (Object& row : rows_by_key(context_, *join_.through, keys))
        rows.emplace(row.key().to_string(), std::move(row));
    std::map<std::vector<const Field*>, std::vector<Object>> changed;  // by the fields that change
    for (const Far* each : fars) {
        bool differs = false;
        for (const Value& key : each->rows) {
            const auto found = rows.find(key.to_string());
            if (found == rows.end())
                continue;
            std::vector<const Field*> fields;
            for (const auto& [field, value] : *each->assignments)
                if (!field->is_primary_key() && found->second[field->name()] != value) {
                    field->assign(data_of(found->second.row()), value.view());
                    fields.push_back(field);
                }
            if (fields.empty())
                continue;
            differs = true;
            changed[fields].push_back(found->second);
        }
        if (differs)
            updated.push_back(each->reference);
    }
    for (const auto& [fields, objects] : changed)
        object_store::update_many(context_, objects, fields);
    return updated;
}

// Other objects may go with them, and targets of theirs: where rows are targets too.
bool ThroughLinks::remove_rows(std::span<Far* const> fars) {
    std::vector<Reference> references;
    for (const Far* each : fars)
        for (const Value& key : each->rows)
            references.push_back({join_.through, key});
    if (references.empty())
        return false;
    const std::vector<ObjectRef> rows(references.begin(), references.end());
    return context_.remove_objects(context_, rows) > rows.size();
}

}  // namespace gm2m::relation
