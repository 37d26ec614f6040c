#include "deletion/counting.hpp"

#include <deque>

#include "deletion/deletion_order.hpp"
#include "deletion/statement_batch.hpp"

namespace gm2m::deletion {
namespace {

using backend::Access;
using backend::Parameter;
using backend::Request;

/// The statements that count what a deletion would do.
class Counting {
public:
    Counting(Context& context, const Collected& collected)
        : context_(context), collected_(collected), batch_(context, collected.memory) {}

    void foreign_keys() {
        for (const KeyUpdate& update : collected_.updates)
            count_rows(*update.field, update.objects->keys(), batch_.of_foreign_key(*update.field));
    }

    void links() {
        for (const ConcernedLinks& links : collected_.links)
            if (const std::pmr::vector<LinkSide> sides = links.sides_where(true); !sides.empty() && !links.are_objects)
                count_links(*links.relation, sides, batch_.of_relation(*links.relation));
    }

    void rows() {
        const DeletionOrder order(collected_, context_.keys_per_statement);
        for (const Going* going : order.order())
            count_rows(going->model().primary_key(), going->keys(), batch_.of_model(going->model()));
    }

    Deleted run() {
        return batch_.run(Access::read, [&](std::size_t i, const Request&) { return counted_[i].number; });
    }

private:
    /// Takes a count; or the sources of links, and counts those that are not among some.
    struct Counted final : backend::ResultSink {
        void row(std::span<const ValueView> cells) override {
            if (others.empty())
                number = static_cast<std::size_t>(cells[0].integer());
            else if (!others.contains(cells[0]))
                ++number;
        }
        Kind kind = Kind::big_integer;
        TakenSources others;
        std::size_t number = 0;
    };

    Counted& append(std::string sql, std::span<const Parameter> parameters, Tally& tally) {
        Counted& counted = counted_.emplace_back();
        Request& request = batch_.append(std::move(sql), parameters, &tally);
        request.columns = std::span(&counted.kind, 1);
        request.sink = &counted;
        return counted;
    }
    void count_rows(const Field& field, const backend::ValueList& keys, Tally& tally) {
        batch_.for_each_part(keys, [&](Parameter part) {
            append(fmt::format("SELECT count(*) FROM {} WHERE {}", context_.table_of(field.model()),
                               batch_.is_among(field, part)),
                   std::span(&part, 1), tally);
        });
    }
    void count_links(detail::RelationData& relation, std::span<const LinkSide> sides, Tally& tally) {
        for_each_condition_once(
            context_, relation, sides, collected_.memory,
            [&](const LinkCondition& condition, const TakenSources& sources) {
                Counted& counted =
                    append(fmt::format("SELECT {} {}", sources.empty() ? "count(*)" : condition.source_column(),
                                       condition.rows()),
                           condition.parameters(), tally);
                if (!sources.empty()) {
                    counted.others = sources;
                    counted.kind = sources.key_kind();
                }
            });
    }

    Context& context_;
    const Collected& collected_;
    StatementBatch batch_;
    std::deque<Counted> counted_;  // by statement
};

}  // namespace

Deleted count(Context& context, const Collected& collected) {
    Counting counting(context, collected);
    counting.foreign_keys();
    counting.links();
    counting.rows();
    return counting.run();
}

}  // namespace gm2m::deletion
