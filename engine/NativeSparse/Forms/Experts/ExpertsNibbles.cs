using System.Runtime.InteropServices;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts;

/// <summary>
/// int4 experts in a saved file: uint4 values <c>[E, in, out]</c>, float16 scales and uint4 zero points <c>[E, ceil(in / 32), out]</c>.
/// </summary>
internal static class ExpertsNibbles
{
    /// <summary>The values of one matrix of every expert, or null where there are none.</summary>
    public static ConstantTensor? Values(string name, IReadOnlyList<QuantizedInt4Weights> matrices) => matrices.Count == 0
        ? null
        : ConstantTensor.CreateUInt4(
            name, Join(matrices, matrix => matrix.Values), matrices.Count, matrices[0].InputWidth, matrices[0].OutputWidth);

    /// <summary>Scale and zero point of up, gate and down, in this order.</summary>
    public static ConstantTensor?[] Scales(QuantizedInt4ExpertWeights weights) =>
    [
        Scale("up", weights.Up), Zero("up", weights.Up),
        Scale("gate", weights.Gate), Zero("gate", weights.Gate),
        Scale("down", weights.Down), Zero("down", weights.Down),
    ];

    /// <summary>The integers alone; biases and the rest are the parameters' own.</summary>
    /// <exception cref="ModelFormatException">They do not follow the schema.</exception>
    public static QuantizedInt4ExpertWeights Read(NodeConstants constants, int scaleIndex, int e, int d, int b, int o) => new()
    {
        Activation = default,
        Up = Read(constants, 0, "up", scaleIndex, e, d, b),
        Gate = constants.Find(2) is null ? [] : Read(constants, 2, "gate", scaleIndex + 2, e, d, b),
        Down = Read(constants, 4, "down", scaleIndex + 4, e, b, o),
    };

    private static QuantizedInt4Weights[] Read(NodeConstants constants, int index, string name, int scaleIndex, int experts, int inputs, int outputs)
    {
        var groups = QuantizedInt4Weights.Groups(inputs);
        var values = constants.RequireUInt4(index, name, experts, inputs, outputs);
        var scales = constants.RequireFloat16(scaleIndex, $"{name}_scale", [experts, groups, outputs]);
        var zeros = constants.RequireUInt4(scaleIndex + 1, $"{name}_zero_point", experts, groups, outputs);
        var matrices = new QuantizedInt4Weights[experts];
        for (var i = 0; i < experts; i++)
        {
            try
            {
                matrices[i] = new QuantizedInt4Weights(
                    values.AsMemory(i * inputs * outputs, inputs * outputs),
                    scales.AsMemory(i * groups * outputs, groups * outputs),
                    zeros.AsMemory(i * groups * outputs, groups * outputs),
                    inputs,
                    outputs);
            }
            catch (ArgumentException exception)
            {
                throw constants.Error($"input '{name}', expert {i}: {exception.Message}");
            }
        }

        return matrices;
    }

    private static ConstantTensor? Scale(string name, IReadOnlyList<QuantizedInt4Weights> matrices) => matrices.Count == 0
        ? null
        : new ConstantTensor(
            $"{name}_scale", "float16", Shape(matrices), MemoryMarshal.AsBytes(Join(matrices, matrix => matrix.Scales).AsSpan()).ToArray());

    private static ConstantTensor? Zero(string name, IReadOnlyList<QuantizedInt4Weights> matrices) => matrices.Count == 0
        ? null
        : ConstantTensor.CreateUInt4($"{name}_zero_point", Join(matrices, matrix => matrix.Zeros), Shape(matrices));

    private static long[] Shape(IReadOnlyList<QuantizedInt4Weights> matrices) =>
        [matrices.Count, QuantizedInt4Weights.Groups(matrices[0].InputWidth), matrices[0].OutputWidth];

    private static T[] Join<T>(IReadOnlyList<QuantizedInt4Weights> matrices, Func<QuantizedInt4Weights, ReadOnlyMemory<T>> part) =>
        [.. matrices.SelectMany(matrix => part(matrix).ToArray())];
}
