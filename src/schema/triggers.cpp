#include "schema/triggers.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "schema/join_table.hpp"

namespace gm2m::schema {
namespace {

using backend::Access;
using backend::Connection;
using backend::Dialect;
using backend::Parameter;
using backend::Request;
using backend::RowSink;
using Trigger = Dialect::Trigger;

bool deletes_links(LinkPolicy policy) {
    return policy == LinkPolicy::cascade || policy == LinkPolicy::cascade_signal;
}

std::string digits_of(const Dialect& dialect, const std::string& table) {
    return Dialect::digest(dialect.fit(table)).substr(0, 16);
}

/// How the names of the triggers begin that delete the links of a relation. By names alone, "a" and "b_c" would be
/// "a_b" and "c", and two long ones would be cut to the same. Several relations may have their links in one through
/// model.
std::string prefix_of(const Dialect& dialect, const JoinTable& join, const GM2MField& field) {
    const std::string digits = digits_of(dialect, join.name);
    if (!join.through)
        return fmt::format("gm2m_{}_", digits);
    return fmt::format("gm2m_{}{}_", digits.substr(0, 8), Dialect::digest(field.label()).substr(0, 8));
}

struct Found {
    std::string name, full_name, text;
};

std::vector<Found> find_triggers(Connection& connection, const JoinTable& join, const GM2MField& field) {
    const Dialect& dialect = connection.dialect();
    const std::string sql = dialect.find_triggers(), prefix = prefix_of(dialect, join, field),
                      table = dialect.table(join.name);
    const Parameter parameters[] = {Parameter::text(prefix), Parameter::text(table)};
    constexpr Kind columns[] = {Kind::text, Kind::text, Kind::text};
    std::vector<Found> found;
    RowSink sink([&](std::span<const ValueView> row) {
        found.push_back({std::string(row[0].text()), std::string(row[1].text()), std::string(row[2].text())});
    });
    Request request{.sql = &sql, .parameters = parameters, .columns = columns, .sink = &sink};
    connection.execute(request, Access::read);
    return found;
}

/// The triggers of one relation.
class RelationTriggers {
public:
    RelationTriggers(Connection& connection, const Registry& registry, const GM2MField& field,
                     const std::string& content_type_table)
        : connection_(connection),
          dialect_(connection.dialect()),
          registry_(registry),
          field_(field),
          content_type_table_(content_type_table),
          join_(join_table_of(field)) {}

    void update() {
        const std::vector<Trigger> wanted = field_.options().db_triggers ? this->wanted() : std::vector<Trigger>();
        std::unordered_set<std::string> present;
        for (const Found& found : find_triggers(connection_, join_, field_)) {
            const auto same = std::ranges::find(wanted, found.name, &Trigger::name);
            if (same != wanted.end() && dialect_.trigger_text(*same) == found.text)
                present.insert(found.name);
            else if (same != wanted.end() || is_known(found.name))
                connection_.execute(dialect_.drop_trigger(found.full_name));
        }
        for (const Trigger& trigger : wanted)
            if (!present.contains(trigger.name))
                for (const std::string& sql : dialect_.create_trigger(trigger))
                    connection_.execute(sql);
    }

private:
    std::string name_of(const Model& model, std::string_view side) const {
        return fmt::format("{}{}_{}", prefix_of(dialect_, join_, field_),
                           digits_of(dialect_, model.is_proxy() ? model.label() : model.table()), side);
    }
    /// Of a side of a model that this registry has, and cares for.
    bool is_known(const std::string& name) const {
        return std::ranges::any_of(registry_.models(), [&](const Model* model) {
            return model->concrete_model().is_managed() &&
                   (name == name_of(*model, "src") || name == name_of(*model, "tgt"));
        });
    }

    const std::string& schema_of(const std::string& table) {
        const auto [known, is_new] = schemas_.try_emplace(table);
        const std::string sql = dialect_.schema_of_table(), quoted = dialect_.table(table);
        if (!is_new || sql.empty())
            return known->second;
        RowSink sink([&](std::span<const ValueView> row) { known->second = row[0].text(); });
        const Parameter parameters[] = {Parameter::text(quoted)};
        constexpr Kind columns[] = {Kind::text};
        Request request{.sql = &sql, .parameters = parameters, .columns = columns, .sink = &sink};
        connection_.execute(request, Access::read);
        return known->second;
    }
    std::string in_full(const std::string& table) {
        const std::string& schema = schema_of(table);
        return schema.empty() ? dialect_.table(table) : fmt::format("{}.{}", schema, dialect_.table(table));
    }

    std::vector<Trigger> wanted() {
        std::vector<Trigger> all;
        const auto append = [&](const Model& model, std::string_view side, std::string condition, bool before) {
            all.push_back({schema_of(join_.name), name_of(model, side), in_full(model.table()), in_full(join_.name),
                           std::move(condition), before});
        };
        const auto key_of = [&](const Model& model) { return "OLD." + dialect_.quote(model.primary_key().column()); };
        // Before, since the join table's foreign key refuses a row that still has links.
        if (join_.source->is_managed() && deletes_links(field_.source_policy()))
            append(*join_.source, "src",
                   fmt::format("{} = {}", dialect_.quote(join_.source_column), key_of(*join_.source)), true);
        for (const Model* model : registry_.models())
            if (model->concrete_model().is_managed() && deletes_links(field_.target_policy(*model)))
                append(*model, "tgt", links_to(*model, key_of(*model)), false);
        return all;
    }
    std::string links_to(const Model& model, const std::string& key) {
        return fmt::format("{} = (SELECT c.id FROM {} AS c WHERE c.app_label = {} AND c.model = {}) AND {} = {}",
                           dialect_.quote(join_.content_type_column), in_full(content_type_table_),
                           Dialect::literal(model.app_label()), Dialect::literal(model.model_name()),
                           dialect_.quote(join_.key_column), dialect_.key_to_text(key, model.primary_key().kind()));
    }

    Connection& connection_;
    const Dialect& dialect_;
    const Registry& registry_;
    const GM2MField& field_;
    const std::string& content_type_table_;
    const JoinTable join_;
    std::unordered_map<std::string, std::string> schemas_;
};

}  // namespace

void update_triggers(Connection& connection, const Registry& registry, const std::string& content_type_table) {
    for (const GM2MField& field : registry.gm2m_fields())
        if (field.options().managed)
            RelationTriggers(connection, registry, field, content_type_table).update();
}

void drop_triggers(Connection& connection, const Registry& registry) {
    for (const GM2MField& field : registry.gm2m_fields())
        if (field.options().managed)
            for (const Found& found : find_triggers(connection, join_table_of(field), field))
                connection.execute(connection.dialect().drop_trigger(found.full_name));
}

}  // namespace gm2m::schema
