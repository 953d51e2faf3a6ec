using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Forms;

/// <summary>A weight <c>[in, out]</c> of a form at its precision, before packing: float32 values, or the integers that are saved and multiplied.</summary>
internal sealed class FormMatrix
{
    private readonly float[]? _values;
    private readonly QuantizedWeights? _integers;

    private FormMatrix(float[] values, int inputWidth, int outputWidth)
    {
        _values = values;
        InputWidth = inputWidth;
        OutputWidth = outputWidth;
    }

    private FormMatrix(QuantizedWeights integers)
    {
        _integers = integers;
        InputWidth = integers.InputWidth;
        OutputWidth = integers.OutputWidth;
    }

    /// <summary>Reduction length.</summary>
    public int InputWidth { get; }

    /// <summary>Number of outputs.</summary>
    public int OutputWidth { get; }

    /// <summary>How it is held.</summary>
    public Precision Precision => _integers is null ? Precision.Float32 : Precision.Int8;

    /// <summary>Holds float32 weights at a precision, rounded where it asks for that.</summary>
    public static FormMatrix Create(float[] values, int inputWidth, int outputWidth, Precision precision) => precision switch
    {
        Precision.Float32 => new FormMatrix(values, inputWidth, outputWidth),
        Precision.Int8 => new FormMatrix(QuantizedWeights.Round(values, inputWidth, outputWidth)),
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, null),
    };

    /// <summary>Reads a weight at a position of a node; an int8 weight has its scales at <paramref name="scaleIndex"/>.</summary>
    /// <exception cref="ModelFormatException">It does not follow the schema.</exception>
    public static FormMatrix Read(NodeConstants constants, int index, string name, int scaleIndex)
    {
        var found = constants.Find(index) ?? throw constants.Error($"input '{name}' is missing");
        if (found.ElementType != "int8")
        {
            var (values, shape) = constants.Require(index, name, 2);
            return new FormMatrix(values, constants.Width(shape[0], name), constants.Width(shape[1], name));
        }

        var (integers, lengths) = constants.RequireInt8(index, name, 2);
        var (inputs, outputs) = (constants.Width(lengths[0], name), constants.Width(lengths[1], name));
        if (constants.Find(scaleIndex + 1) is not null)
        {
            throw constants.Error($"input '{name}_zero_point' is present; int8 weights have none");
        }

        try
        {
            return new FormMatrix(new QuantizedWeights(integers, constants.Require(scaleIndex, $"{name}_scale", [outputs]), inputs, outputs));
        }
        catch (ArgumentException exception)
        {
            throw constants.Error($"input '{name}': {exception.Message}");
        }
    }

    /// <summary>Packs it for a backend.</summary>
    public PackedMatrix Pack(IDenseMatMul dense) =>
        _integers is null ? dense.Pack(_values, InputWidth, OutputWidth, Precision.Float32) : dense.Pack(_integers);

    /// <summary>The weight's constant in a saved file.</summary>
    public ConstantTensor ToConstant(string name) => _integers is null
        ? ConstantTensor.Create(name, _values!, InputWidth, OutputWidth)
        : new ConstantTensor(
            name, "int8", [InputWidth, OutputWidth], System.Runtime.InteropServices.MemoryMarshal.AsBytes(_integers.Values.Span).ToArray());

    /// <summary>The scales' constant, or null at float32.</summary>
    public ConstantTensor? ToScale(string name) =>
        _integers is null ? null : ConstantTensor.Create($"{name}_scale", _integers.Scales.ToArray(), OutputWidth);
}
