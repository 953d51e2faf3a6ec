using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Adds the outputs of each token's pairs to its row, by ascending expert.</summary>
internal static class ExpertSumKernel
{
    /// <summary>y += factor output, pair by pair.</summary>
    public static void Run(
        ExpertSumParameters p, ArrayView<int> counts, ArrayView<int> slots, ArrayView<float> factors, ArrayView<float> outputs, ArrayView<float> y)
    {
        var output = (Grid.IdxY * Group.DimX) + Group.IdxX;
        if (output >= p.Outputs)
        {
            return;
        }

        var token = Grid.IdxX;
        var at = ((long)(p.FirstToken + token) * p.Stride) + output;
        var sum = y[at];
        for (var i = 0; i < counts[p.FirstToken + token]; i++)
        {
            var slot = slots[((long)token * p.Capacity) + i];
            sum = (factors[slot] * outputs[((long)slot * p.Outputs) + output]) + sum;
        }

        y[at] = sum;
    }

    /// <summary>y += scale columnScale (whole sum of all pairs), then the experts' biases; products are of inputs around 128.</summary>
    public static void RunInt8(
        ExpertSumParameters p,
        ArrayView<int> counts,
        ArrayView<int> experts,
        ArrayView<int> slots,
        ArrayView<float> factors,
        ArrayView<int> outputs,
        ArrayView<RowQuantum> quanta,
        ArrayView<ColumnQuantum> columns,
        ArrayView<float> bias,
        ArrayView<float> y)
    {
        var output = (Grid.IdxY * Group.DimX) + Group.IdxX;
        var token = Grid.IdxX;
        var count = counts[p.FirstToken + token];
        if (output >= p.Outputs || count == 0)
        {
            return;
        }

        var at = ((long)(p.FirstToken + token) * p.Stride) + output;
        var line = (long)(p.FirstToken + token) * p.ExpertStride;
        var whole = 0;
        for (var i = 0; i < count; i++)
        {
            var slot = slots[((long)token * p.Capacity) + i];
            whole += outputs[((long)slot * p.Outputs) + output] - (QuantizedRow.Middle * columns[(experts[line + i] * p.Outputs) + output].Sum);
        }

        var scale = quanta[slots[(long)token * p.Capacity]].Scale;
        var sum = (whole * columns[output].Scale * scale) + y[at];
        for (var i = 0; i < count && p.HasBias != 0; i++)
        {
            sum = (factors[slots[((long)token * p.Capacity) + i]] * bias[(experts[line + i] * p.Outputs) + output]) + sum;
        }

        y[at] = sum;
    }
}
