using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// The device kernels that one would write first, float32: a thread for each output, a plain loop. What the others are compared with, in time and
/// in values.
/// </summary>
internal static class NaiveKernel
{
    /// <summary>y = x W, W dense or block-diagonal.</summary>
    public static void Multiply(
        int outputs, int inputStride, int outputStride, ArrayView<NaiveColumn> columns, ArrayView<float> weights, ArrayView<float> x, ArrayView<float> y)
    {
        var output = (Grid.IdxY * Group.DimX) + Group.IdxX;
        if (output >= outputs)
        {
            return;
        }

        var column = columns[output];
        var row = ((long)Grid.IdxX * inputStride) + column.FirstInput;
        var sum = 0f;
        for (var k = 0; k < column.Inputs; k++)
        {
            sum += x[row + k] * weights[column.FirstWeight + ((long)k * column.Step)];
        }

        y[((long)Grid.IdxX * outputStride) + output] = sum;
    }

    /// <summary>y = x W, W of blocks of one input by so many outputs.</summary>
    public static void MultiplySparse(
        int outputs,
        int height,
        int inputStride,
        int outputStride,
        ArrayView<int> starts,
        ArrayView<int> inputs,
        ArrayView<float> weights,
        ArrayView<float> x,
        ArrayView<float> y)
    {
        var output = (Grid.IdxY * Group.DimX) + Group.IdxX;
        if (output >= outputs)
        {
            return;
        }

        var sum = 0f;
        for (var entry = starts[output / height]; entry < starts[(output / height) + 1]; entry++)
        {
            sum += x[((long)Grid.IdxX * inputStride) + inputs[entry]] * weights[((long)entry * height) + (output % height)];
        }

        y[((long)Grid.IdxX * outputStride) + output] = sum;
    }

    /// <summary>hidden = act(x up + b), or act(x gate) (x up + b), of each token and each of its experts.</summary>
    public static void Expand(
        NaiveExpertParameters p,
        ArrayView<int> counts,
        ArrayView<int> experts,
        ArrayView<float> up,
        ArrayView<float> gate,
        ArrayView<float> bias,
        ArrayView<float> x,
        ArrayView<float> hidden)
    {
        var neuron = (Grid.IdxY * Group.DimX) + Group.IdxX;
        var token = Grid.IdxX / p.Capacity;
        var choice = Grid.IdxX % p.Capacity;
        if (neuron >= p.Width || choice >= counts[token])
        {
            return;
        }

        var expert = experts[((long)token * p.ExpertStride) + choice];
        var sum = p.HasBias != 0 ? bias[((long)expert * p.Width) + neuron] : 0;
        var sumOfGate = 0f;
        for (var k = 0; k < p.Inputs; k++)
        {
            var value = x[((long)token * p.InputStride) + k];
            var place = ((((long)expert * p.Inputs) + k) * p.Width) + neuron;
            sum += value * up[place];
            if (p.IsGated != 0)
            {
                sumOfGate += value * gate[place];
            }
        }

        var active = DeviceActivation.Apply(p.Activation, p.Slope, p.IsGated != 0 ? sumOfGate : sum);
        hidden[((long)Grid.IdxX * p.Width) + neuron] = p.IsGated != 0 ? active * sum : active;
    }

    /// <summary>y += the weighted outputs of a token's experts.</summary>
    public static void Reduce(
        NaiveExpertParameters p,
        ArrayView<int> counts,
        ArrayView<int> experts,
        ArrayView<float> factors,
        ArrayView<float> down,
        ArrayView<float> hidden,
        ArrayView<float> y)
    {
        var output = (Grid.IdxY * Group.DimX) + Group.IdxX;
        if (output >= p.Outputs)
        {
            return;
        }

        var token = Grid.IdxX;
        var at = ((long)token * p.OutputStride) + output;
        var total = y[at];
        for (var i = 0; i < counts[token]; i++)
        {
            var expert = experts[((long)token * p.ExpertStride) + i];
            var sum = 0f;
            for (var h = 0; h < p.Width; h++)
            {
                sum += hidden[((((long)token * p.Capacity) + i) * p.Width) + h] * down[((((long)expert * p.Width) + h) * p.Outputs) + output];
            }

            total += factors[((long)token * p.WeightStride) + i] * p.Scale * sum;
        }

        y[at] = total;
    }
}
