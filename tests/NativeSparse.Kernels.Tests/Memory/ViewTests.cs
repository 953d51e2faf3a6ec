using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ViewTests
{
    [Fact]
    public void A_slice_is_rows_of_the_same_memory()
    {
        var view = View.Create(4096, 10, 3, 5).Slice(2, 4);
        Assert.Equal((4096 + (2 * 5 * 4), 4, 3, 5), ((int)view.Address, view.Rows, view.Columns, view.Stride));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.Slice(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.Slice(-1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => View.Create(4096, 10, 3, 2));
    }

    [Fact]
    public void Scratch_gives_everything_back_and_disposes_twice()
    {
        var scratch = new Scratch();
        for (var round = 0; round < 3; round++)
        {
            using var scope = scratch.Enter();
            var first = scratch.Rent(3, 100);
            var second = scratch.RentInt32(2, 7);
            Assert.Equal(0, first.Address % 64);
            Assert.True(second.Address >= first.Address + (3 * 100 * 4) || second.Address < first.Address);
        }

        Assert.True(scratch.ByteCount > 0);
        scratch.Dispose();
        scratch.Dispose();
        Assert.Equal(0, scratch.ByteCount);
    }
}
