#include "deletion/execution.hpp"

#include "deletion/absence.hpp"
#include "deletion/deletion_order.hpp"
#include "deletion/key_ranges.hpp"
#include "deletion/row_statements.hpp"
#include "deletion/statement_batch.hpp"
#include "schema/join_table.hpp"

namespace gm2m::deletion {
namespace {

using backend::Access;
using backend::Parameter;
using backend::Request;

/// The statements that carry a deletion out.
class Execution {
public:
    Execution(Context& context, const Collected& collected)
        : context_(context),
          dialect_(context.connection.dialect()),
          collected_(collected),
          batch_(context, collected.memory) {}

    void foreign_keys() {
        for (const KeyUpdate& update : collected_.updates) {
            Tally& tally = batch_.of_foreign_key(*update.field);
            const Value value = new_value(*update.field);
            batch_.for_each_part(update.objects->keys(),
                                 [&](Parameter keys) { set_foreign_key(update, value, keys, tally); });
        }
    }

    void links() {
        for (const ConcernedLinks& links : collected_.links) {
            const std::pmr::vector<LinkSide> sides = links.sides_where(true);
            if (sides.empty() || links.are_objects)
                continue;
            Tally& tally = batch_.of_relation(*links.relation);
            const auto append_part = [&](const LinkCondition& condition) {
                batch_.append(
                    {.sql = &condition.removal(), .parameters = condition.parameters(), .plan_by_lists = true}, &tally);
            };
            // Both ends in one statement, which goes through the table in one order: two deletions of objects that link
            // to each other then do not wait for one another. Where nobody else writes, two statements are faster.
            if (dialect_.locks_rows()) {
                for_each_condition(context_, *links.relation, sides, collected_.memory, append_part);
                continue;
            }
            for (const LinkSide& side : sides) {
                const std::size_t keys = std::min(side.objects->size(), context_.keys_per_statement);
                const bool are_many = !side.reverse && links.relation->is_generic && keys >= many_sources;
                for_each_condition(context_, *links.relation, std::span(&side, 1), collected_.memory,
                                   [&](const LinkCondition& condition) {
                                       if (are_many)
                                           links_by_content_type(condition, links.field(), tally);
                                       append_part(condition);
                                   });
            }
        }
    }

    void rows() {
        if (collected_.rows_are_gone) {
            for (const Going& going : collected_.objects)
                batch_.of_model(going.model(), going.size());
            return;
        }
        const DeletionOrder order(collected_, context_.keys_per_statement);
        for (const auto& [field, objects] : order.cuts())
            batch_.for_each_part(objects->keys(), [&, field = field](Parameter keys) {
                const Field& key = field->model().primary_key();
                batch_.append(fmt::format("UPDATE {} SET {} = NULL WHERE {}", context_.table_of(field->model()),
                                          dialect_.quote(field->column()), batch_.is_among(key, keys)),
                              std::span(&keys, 1), nullptr);
            });
        for (const Going* going : order.order()) {
            Tally& tally = batch_.of_model(going->model());
            const RowStatements& statements = RowStatements::of(context_, going->model());
            if (going->size() > 1 && !statements.remove_range.empty()) {
                batch_.append({.sql = &statements.remove_range,
                               .source = &collected_.memory.make<KeyRanges>(going->keys()),
                               .parameters_per_row = 2},
                              &tally);
                continue;
            }
            batch_.for_each_part(in_order(*going), [&](const Parameter& keys) {
                batch_.append({.sql = keys.list ? &statements.remove_many : &statements.remove_one,
                               .parameters = std::span(&collected_.memory.make<Parameter>(keys), 1),
                               .plan_by_lists = true},
                              &tally);
            });
        }
    }

    Deleted run() {
        return batch_.run(Access::write, [](std::size_t, const Request& request) { return request.affected; });
    }

private:
    static constexpr std::size_t many_sources = 100, many_links = 2'000;

    /// Deletes links of sources, if there are many: those to one content type after the other, and no others. Each link
    /// is anywhere in the index of the reverse side, but those of a content type lie side by side there. With fewer
    /// pages to be changed at a time more of them stay in the engine's cache, which takes up to a third less time where
    /// there are several. To see which there are the first links will do: what is left goes with the others afterwards.
    void links_by_content_type(const LinkCondition& links, const GM2MField& field, Tally& tally) {
        const std::string column = dialect_.quote(schema::join_table_of(field).content_type_column);
        std::vector<std::int64_t> content_types;
        std::size_t seen = 0;
        backend::RowSink sink([&](std::span<const ValueView> row) {
            ++seen;
            if (std::ranges::find(content_types, row[0].integer()) == content_types.end())
                content_types.push_back(row[0].integer());
        });
        const Kind columns[] = {Kind::integer};
        const std::string first_links = fmt::format("SELECT {} {} LIMIT {}", column, links.rows(), many_links);
        Request look{.sql = &first_links, .parameters = links.parameters(), .columns = columns, .sink = &sink};
        context_.connection.execute(look, Access::read);
        if (seen < many_links || content_types.size() < 2)
            return;
        std::vector<Parameter> parameters(links.parameters().begin(), links.parameters().end());
        parameters.emplace_back();
        const std::string removal =
            fmt::format("{} AND {} = {}", links.removal(), column, dialect_.parameter(parameters.size()));
        for (const std::int64_t content_type : content_types) {
            parameters.back() = Parameter::integer(content_type);
            batch_.append(removal, parameters, &tally);
        }
    }

    const backend::ValueList& in_order(const Going& going) {
        const bool is_split = going.size() > context_.keys_per_statement;
        return is_split && is_tied_to_itself(going.model())
                   ? collected_.memory.make<backend::ValueList>(referring_first(context_, going))
                   : going.keys();
    }

    void set_foreign_key(const KeyUpdate& update, const Value& value, const Parameter& keys, Tally& tally) {
        const Field& field = *update.field;
        const Model& model = update.objects->model();
        std::string condition = batch_.is_among(field, keys);
        if (update.unless_there)
            condition += and_is_absent(context_, model, dialect_.quote(field.column()), false,
                                       batch_.is_among(model.primary_key(), keys));
        std::vector<Parameter> parameters{keys};
        if (!value.is_null())
            parameters.emplace_back(collected_.memory.make<Value>(value));
        batch_.append(
            fmt::format("UPDATE {} SET {} = {} WHERE {}", context_.table_of(field.model()),
                        dialect_.quote(field.column()), value.is_null() ? "NULL" : dialect_.parameter(2), condition),
            parameters, &tally);
    }
    static Value new_value(const Field& field) {
        const FieldOptions& options = field.options();
        Value value = options.on_delete.action() == ForeignKeyPolicy::set_value     ? options.on_delete.value()()
                      : options.on_delete.action() == ForeignKeyPolicy::set_default ? options.default_value
                                                                                    : Value();
        value = field.coerce(value);
        field.check(value.view());
        return value;
    }

    Context& context_;
    const backend::Dialect& dialect_;
    const Collected& collected_;
    StatementBatch batch_;
};

}  // namespace

Deleted execute(Context& context, const Collected& collected) {
    Execution execution(context, collected);
    execution.foreign_keys();
    execution.links();
    execution.rows();
    return execution.run();
}

}  // namespace gm2m::deletion
