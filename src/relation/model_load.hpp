#pragma once

#include <array>
#include <deque>

#include <gm2m/object.hpp>

#include "model/row_maker.hpp"
#include "query/context.hpp"
#include "relation/key_index.hpp"

namespace gm2m::relation {

/// Loads objects of one model by their keys, each of which is given once, to their places. Lives until its requests
/// have run.
class ModelLoad {
public:
    /// The keys are the model's, or texts, or integers that stand for their texts. `objects` has a place for each key:
    /// that which `places` says, else the key's own; that of a key without a row, or of a text that is no key, stays
    /// empty.
    ModelLoad(const Model& model, const backend::ValueList& keys, std::vector<Object>& objects,
              std::vector<std::uint32_t> places = {});
    ModelLoad(const ModelLoad&) = delete;
    ModelLoad& operator=(const ModelLoad&) = delete;

    /// One statement, or more if there are more keys than one parameter holds.
    void append_requests(Context& context, std::vector<backend::Request>& requests);

private:
    /// What one statement loads.
    class Part final : public backend::ResultSink {
    public:
        Part(ModelLoad& load, backend::ValueList keys, std::size_t first);
        Part(const Part&) = delete;
        Part& operator=(const Part&) = delete;

        std::span<const backend::Parameter> parameters() const noexcept { return parameters_; }
        void row(std::span<const ValueView> cells) override;

    private:
        ModelLoad& load_;
        backend::ValueList keys_;
        KeyIndex index_;
        std::size_t first_;  // the place of its first key among all
        std::array<backend::Parameter, 1> parameters_;
    };

    void sort_keys();

    RowMaker rows_;
    std::size_t key_column_ = 0;
    backend::ValueList keys_;
    std::vector<std::uint32_t> places_;  // of each key
    std::vector<Object>& objects_;
    std::deque<Part> parts_;
};

}  // namespace gm2m::relation
