#include <algorithm>
#include <new>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>  // glibc's
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#include "model/access.hpp"
#include "model/prefetched.hpp"
#include "model/row_maker.hpp"

namespace gm2m {
namespace detail {

/// The head of a block of memory; the places of rows follow it.
struct RowBlock {
    std::atomic<std::uint32_t> references;  // rows, and places that the RowMaker may still give to rows
};

}  // namespace detail

namespace {

using detail::Row;
using detail::RowBlock;

constexpr std::size_t block_size = 4096;
constexpr std::uint16_t few_rows = 8;  // in the first block

std::size_t alignment(const Model& model) {
    return std::max(model.storage().align, alignof(Row));
}

/// `align` is a power of two.
constexpr std::size_t round_up(std::size_t size, std::size_t align) {
    return (size + align - 1) & ~(align - 1);
}

std::size_t row_size(const Model& model) {
    return round_up(Row::offset(model.storage().align) + model.storage().size, alignment(model));
}

/// Where the first row of a block is.
std::size_t head_size(const Model& model) {
    return round_up(sizeof(RowBlock), alignment(model));
}

void* allocate(std::size_t size, const Model& model) {
    const std::size_t align = alignment(model);
    return align > __STDCPP_DEFAULT_NEW_ALIGNMENT__ ? ::operator new(size, std::align_val_t{align})
                                                    : ::operator new(size);
}

void free_memory(void* memory, const Model& model) noexcept {
    const std::size_t align = alignment(model);
    if (align > __STDCPP_DEFAULT_NEW_ALIGNMENT__)
        ::operator delete(memory, std::align_val_t{align});
    else
        ::operator delete(memory);
}

Row* construct(void* memory, const Model& model) {
    Row* row = new (memory) Row(model);
    model.storage().construct(model, data_of(row));
    return row;
}

/// Lets AddressSanitizer see who uses a row that is gone, though its block is not.
void poison([[maybe_unused]] void* row, [[maybe_unused]] const Model& model) noexcept {
#ifdef __SANITIZE_ADDRESS__
    ASAN_POISON_MEMORY_REGION(row, row_size(model));
#endif
}

/// Whether the process has no other thread: to count then takes no atomic operation, most of what it costs to let go of
/// many objects. (As std::shared_ptr does it.)
bool is_only_thread() noexcept {
#if __has_include(<sys/single_threaded.h>)
    return __libc_single_threaded;
#else
    return false;
#endif
}

void release(RowBlock* block, std::uint32_t references, const Model& model) noexcept {
    if (references == 0)
        return;
    std::atomic<std::uint32_t>& left = block->references;
    const std::uint32_t before = left.load(std::memory_order_acquire);
    // As with the handles of an object: if all that is left is given up here, there is nobody else.
    if (before == references)
        return free_memory(block, model);
    if (is_only_thread())
        left.store(before - references, std::memory_order_relaxed);
    else if (left.fetch_sub(references, std::memory_order_acq_rel) == references)
        free_memory(block, model);
}

}  // namespace

namespace detail {

Row* Row::create(const Model& model) {
    void* memory = allocate(row_size(model), model);
    try {
        return construct(memory, model);
    } catch (...) {
        free_memory(memory, model);
        throw;
    }
}

void Row::destroy(Row* row) noexcept {
    const Model& model = *row->model;
    model.storage().destroy(model, data_of(row));
    delete row->prefetched;
    const std::size_t place = row->place;
    row->~Row();
    if (place == 0)
        return free_memory(row, model);
    poison(row, model);
    std::byte* const first = reinterpret_cast<std::byte*>(row) - (place - 1) * row_size(model);
    release(reinterpret_cast<RowBlock*>(first - head_size(model)), 1, model);
}

}  // namespace detail

RowMaker::RowMaker(const Model& model, bool several) noexcept
    : model_(model), head_size_(head_size(model)), row_size_(row_size(model)), next_rows_(several ? few_rows : 1) {}

RowMaker::~RowMaker() {
    if (block_)
        release(block_, rows_ - used_, model_);
}

detail::Row* RowMaker::make() {
    if (used_ == rows_ && !begin_block())
        return Row::create(model_);
    std::byte* const first = reinterpret_cast<std::byte*>(block_) + head_size_;
    Row* row = construct(first + used_ * row_size_, model_);
    row->place = ++used_;
    return row;
}

bool RowMaker::begin_block() {
    const std::size_t most = head_size_ < block_size ? (block_size - head_size_) / row_size_ : 0;
    const std::size_t rows = std::min<std::size_t>(next_rows_, most);
    next_rows_ =
        static_cast<std::uint16_t>(std::max<std::size_t>(few_rows, std::min<std::size_t>(next_rows_ * 2, most)));
    if (rows < 2)
        return false;
    void* memory = allocate(head_size_ + rows * row_size_, model_);
    block_ = new (memory) RowBlock{static_cast<std::uint32_t>(rows)};
    rows_ = static_cast<std::uint16_t>(rows);
    used_ = 0;
    return true;
}

}  // namespace gm2m
