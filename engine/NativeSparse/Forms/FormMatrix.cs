using System.Runtime.InteropServices;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Forms;

/// <summary>A weight <c>[in, out]</c> of a form at its precision, before packing: float32 values, or the integers that are saved and multiplied.</summary>
internal sealed class FormMatrix
{
    private readonly float[]? _values;
    private readonly Precision _storage;
    private readonly QuantizedWeights? _int8;
    private readonly QuantizedInt4Weights? _int4;

    private FormMatrix(float[] values, int inputWidth, int outputWidth, Precision precision = Precision.Float32)
    {
        _values = values;
        _storage = precision;
        InputWidth = inputWidth;
        OutputWidth = outputWidth;
    }

    private FormMatrix(QuantizedWeights integers)
    {
        _int8 = integers;
        InputWidth = integers.InputWidth;
        OutputWidth = integers.OutputWidth;
    }

    private FormMatrix(QuantizedInt4Weights integers)
    {
        _int4 = integers;
        InputWidth = integers.InputWidth;
        OutputWidth = integers.OutputWidth;
    }

    /// <summary>Reduction length.</summary>
    public int InputWidth { get; }

    /// <summary>Number of outputs.</summary>
    public int OutputWidth { get; }

    /// <summary>How it is held.</summary>
    public Precision Precision => _int8 is not null ? Precision.Int8 : _int4 is not null ? Precision.Int4 : _storage;

    /// <summary>The integers of an int4 matrix, else null.</summary>
    public QuantizedInt4Weights? Int4 => _int4;

    /// <summary>Holds float32 weights at a precision, rounded where it asks for that.</summary>
    /// <exception cref="ArgumentException">The precision cannot hold a weight.</exception>
    public static FormMatrix Create(float[] values, int inputWidth, int outputWidth, Precision precision) => precision switch
    {
        Precision.Float32 => new FormMatrix(values, inputWidth, outputWidth),
        Precision.BFloat16 => new FormMatrix(RoundedWeights.BFloat16(values), inputWidth, outputWidth, precision),
        Precision.Int8 => new FormMatrix(QuantizedWeights.Round(values, inputWidth, outputWidth)),
        Precision.Int4 => new FormMatrix(QuantizedInt4Weights.Round(values, inputWidth, outputWidth)),
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, null),
    };

    /// <summary>Reads a weight at a position of a node; a quantized one has its scales at <paramref name="scaleIndex"/>, zero points behind them.</summary>
    /// <exception cref="ModelFormatException">It does not follow the schema.</exception>
    public static FormMatrix Read(NodeConstants constants, int index, string name, int scaleIndex)
    {
        var found = constants.Find(index) ?? throw constants.Error($"input '{name}' is missing");
        try
        {
            return found.ElementType switch
            {
                "int8" => ReadInt8(constants, index, name, scaleIndex),
                "bfloat16" => ReadBFloat16(constants, index, name),
                "uint4" => ReadInt4(constants, index, name, scaleIndex),
                _ => ReadFloat32(constants, index, name),
            };
        }
        catch (ArgumentException exception)
        {
            throw constants.Error($"input '{name}': {exception.Message}");
        }
    }

    /// <summary>Packs it for a backend.</summary>
    public PackedMatrix Pack(IDenseMatMul dense)
    {
        if (_int8 is not null)
        {
            return dense.Pack(_int8);
        }

        return _int4 is not null ? dense.Pack(_int4) : dense.Pack(_values, InputWidth, OutputWidth, _storage);
    }

    /// <summary>The weight's constant in a saved file.</summary>
    public ConstantTensor ToConstant(string name)
    {
        long[] shape = [InputWidth, OutputWidth];
        if (_int8 is not null)
        {
            return new ConstantTensor(name, "int8", shape, MemoryMarshal.AsBytes(_int8.Values.Span).ToArray());
        }

        if (_int4 is not null)
        {
            return ConstantTensor.CreateUInt4(name, _int4.Values.Span, shape);
        }

        return _storage == Precision.BFloat16
            ? new ConstantTensor(name, "bfloat16", shape, MemoryMarshal.AsBytes(BFloat16Rounding.ToBits(_values).AsSpan()).ToArray())
            : ConstantTensor.Create(name, _values!, shape);
    }

    /// <summary>The scales' constant, or null where there are none.</summary>
    public ConstantTensor? ToScale(string name)
    {
        if (_int8 is not null)
        {
            return ConstantTensor.Create($"{name}_scale", _int8.Scales.ToArray(), OutputWidth);
        }

        return _int4 is null
            ? null
            : new ConstantTensor(
                $"{name}_scale",
                "float16",
                [QuantizedInt4Weights.Groups(InputWidth), OutputWidth],
                MemoryMarshal.AsBytes(_int4.Scales.Span).ToArray());
    }

    /// <summary>The zero points' constant, or null where there are none.</summary>
    public ConstantTensor? ToZeroPoint(string name) => _int4 is null
        ? null
        : ConstantTensor.CreateUInt4($"{name}_zero_point", _int4.Zeros.Span, QuantizedInt4Weights.Groups(InputWidth), OutputWidth);

    private static FormMatrix ReadFloat32(NodeConstants constants, int index, string name)
    {
        var (values, shape) = constants.Require(index, name, 2);
        return new FormMatrix(values, constants.Width(shape[0], name), constants.Width(shape[1], name));
    }

    private static FormMatrix ReadBFloat16(NodeConstants constants, int index, string name)
    {
        var (bits, shape) = constants.RequireBFloat16(index, name, 2);
        return new FormMatrix(
            BFloat16Rounding.WidenAll(bits), constants.Width(shape[0], name), constants.Width(shape[1], name), Precision.BFloat16);
    }

    private static FormMatrix ReadInt8(NodeConstants constants, int index, string name, int scaleIndex)
    {
        var (values, shape) = constants.RequireInt8(index, name, 2);
        var (inputs, outputs) = (constants.Width(shape[0], name), constants.Width(shape[1], name));
        if (constants.Find(scaleIndex + 1) is not null)
        {
            throw constants.Error($"input '{name}_zero_point' is present; int8 weights have none");
        }

        return new FormMatrix(new QuantizedWeights(values, constants.Require(scaleIndex, $"{name}_scale", [outputs]), inputs, outputs));
    }

    private static FormMatrix ReadInt4(NodeConstants constants, int index, string name, int scaleIndex)
    {
        var found = constants.Find(index)!;
        if (found.Shape.Count != 2)
        {
            throw constants.Error($"input '{name}' has rank {found.Shape.Count}, expected 2");
        }

        var (inputs, outputs) = (constants.Width(found.Shape[0], name), constants.Width(found.Shape[1], name));
        long[] groups = [QuantizedInt4Weights.Groups(inputs), outputs];
        return new FormMatrix(new QuantizedInt4Weights(
            constants.RequireUInt4(index, name, inputs, outputs),
            constants.RequireFloat16(scaleIndex, $"{name}_scale", groups),
            constants.RequireUInt4(scaleIndex + 1, $"{name}_zero_point", groups),
            inputs,
            outputs));
    }
}
