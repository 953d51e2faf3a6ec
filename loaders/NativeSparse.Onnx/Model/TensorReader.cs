using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using NativeSparse.Onnx.Protobuf;
using DataType = NativeSparse.Onnx.Protobuf.TensorProto.Types.DataType;

namespace NativeSparse.Onnx;

/// <summary>
/// Reads the data of tensors, wherever they lie: raw bytes, typed fields or external files. Dimensions are checked against the data
/// that are really there before anything is allocated. Thread-safe while the messages are not changed.
/// </summary>
internal sealed class TensorReader(ExternalFolder folder, string? path)
{
    /// <summary>Number of elements; 1 for a scalar.</summary>
    /// <exception cref="ModelFormatException">A negative dimension, or a product beyond 64 bits.</exception>
    internal long Count(TensorProto tensor)
    {
        long count = 1;
        var empty = false;
        foreach (var dimension in tensor.Dims)
        {
            if (dimension < 0)
            {
                throw Error(tensor, $"dimensions {Shape(tensor)} hold a negative number");
            }

            empty |= dimension == 0;
            if (!empty && dimension > long.MaxValue / 16 / count)
            {
                throw Error(tensor, $"dimensions {Shape(tensor)} are too large");
            }

            count = empty ? 0 : count * dimension;
        }

        return count;
    }

    /// <summary>Number of bytes of the data, after checking that as many are there.</summary>
    /// <exception cref="ModelFormatException">The data do not match type and dimensions.</exception>
    internal long CheckedLength(TensorProto tensor)
    {
        var count = Count(tensor);
        if (ElementTypes.Bits(tensor.DataType) == 0)
        {
            throw Error(tensor, $"element type {ElementTypes.Name(tensor.DataType)} has no numeric data");
        }

        var bytes = ElementTypes.Bytes(tensor.DataType, count);
        if (IsExternal(tensor))
        {
            var reference = ExternalReference.Parse(tensor, path);
            if (reference.Length is { } length && length != bytes)
            {
                throw Mismatch(tensor, length, bytes, "external bytes");
            }

            folder.Verify(reference, bytes, tensor.Name);
        }
        else if (tensor.HasRawData)
        {
            if (tensor.RawData.Length != bytes)
            {
                throw Mismatch(tensor, tensor.RawData.Length, bytes, "raw bytes");
            }
        }
        else
        {
            var (found, wanted) = TypedEntries(tensor, count);
            if (found != wanted)
            {
                throw Mismatch(tensor, found, wanted, "typed values");
            }
        }

        return bytes;
    }

    /// <summary>The elements as float32: a new array that the caller owns.</summary>
    /// <exception cref="ModelFormatException">Not a floating type, or data that do not match.</exception>
    internal float[] ReadSingles(TensorProto tensor)
    {
        if ((DataType)tensor.DataType is not (DataType.Float or DataType.Float16 or DataType.Bfloat16 or DataType.Double))
        {
            throw Error(tensor, $"element type {ElementTypes.Name(tensor.DataType)}, expected float32, float16, bfloat16 or float64");
        }

        var values = new float[ArrayLength(tensor, CheckedLength(tensor))];
        if ((DataType)tensor.DataType == DataType.Float)
        {
            Copy(tensor, MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }

        var width = ElementTypes.Bits(tensor.DataType) / 8;
        var done = 0;
        foreach (var chunk in Chunks(tensor))
        {
            var bytes = chunk.Span;
            for (var i = 0; i < bytes.Length; i += width)
            {
                values[done++] = (DataType)tensor.DataType switch
                {
                    DataType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[i..]),
                    DataType.Bfloat16 => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[i..]) << 16),
                    _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[i..]),
                };
            }
        }

        return values;
    }

    /// <summary>The elements of an integer (or bool) tensor, one per array element; 4-bit types are unpacked.</summary>
    /// <exception cref="ModelFormatException">Not an integer type, a value that <typeparamref name="T"/> cannot hold, or data that do not match.</exception>
    internal T[] ReadIntegers<T>(TensorProto tensor)
        where T : struct, IBinaryInteger<T>
    {
        var type = (DataType)tensor.DataType;
        if (type is not (DataType.Int8 or DataType.Uint8 or DataType.Int16 or DataType.Uint16 or DataType.Int32 or DataType.Uint32
            or DataType.Int64 or DataType.Uint64 or DataType.Int4 or DataType.Uint4 or DataType.Bool))
        {
            throw Error(tensor, $"element type {ElementTypes.Name(tensor.DataType)}, expected integers");
        }

        var values = new T[ArrayLength(tensor, CheckedLength(tensor))];
        var done = 0;
        try
        {
            foreach (var chunk in Chunks(tensor))
            {
                done += IntegerConversion.Convert(chunk.Span, type, values.AsSpan(done));
            }
        }
        catch (OverflowException exception)
        {
            throw new ModelFormatException($"tensor '{tensor.Name}': a value does not fit {typeof(T).Name}", path, tensor.Name, exception);
        }

        return values;
    }

    /// <summary>The elements as little-endian bytes, 4-bit types packed. Raw data are not copied; anything else is a new array.</summary>
    /// <exception cref="ModelFormatException">The data do not match type and dimensions, or exceed one array.</exception>
    internal ReadOnlyMemory<byte> ReadBytes(TensorProto tensor)
    {
        var length = CheckedLength(tensor);
        if (!IsExternal(tensor) && tensor.HasRawData)
        {
            return tensor.RawData.Memory;
        }

        if (length > Array.MaxLength)
        {
            throw Error(tensor, $"{length} bytes do not fit one array");
        }

        var bytes = new byte[length];
        Copy(tensor, bytes);
        return bytes;
    }

    /// <summary>A tensor as a constant under its own name.</summary>
    /// <exception cref="ModelFormatException">The data do not match type and dimensions.</exception>
    internal ConstantTensor ReadConstant(TensorProto tensor) =>
        new(tensor.Name, ElementTypes.Name(tensor.DataType), [.. tensor.Dims], ReadBytes(tensor));

    /// <summary>The data in order, a few megabytes at a time; a chunk is valid until the next is asked for.</summary>
    /// <exception cref="ModelFormatException">The data do not match type and dimensions.</exception>
    internal IEnumerable<ReadOnlyMemory<byte>> Chunks(TensorProto tensor)
    {
        var length = CheckedLength(tensor);
        if (length == 0)
        {
            yield break;
        }

        if (!IsExternal(tensor))
        {
            yield return tensor.HasRawData ? tensor.RawData.Memory : TypedBytes.Pack(tensor, length);
            yield break;
        }

        var reference = ExternalReference.Parse(tensor, path);
        using var file = folder.Open(reference, length, tensor.Name);
        var buffer = new byte[Math.Min(length, 4 << 20)];
        for (long done = 0; done < length;)
        {
            var want = (int)Math.Min(buffer.Length, length - done);
            ReadExactly(tensor, file, buffer.AsSpan(0, want), reference.Offset + done);
            yield return buffer.AsMemory(0, want);
            done += want;
        }
    }

    /// <summary>Whether the tensor's data lie in another file.</summary>
    internal static bool IsExternal(TensorProto tensor) => tensor.DataLocation == TensorProto.Types.DataLocation.External;

    private void Copy(TensorProto tensor, Span<byte> destination)
    {
        if (IsExternal(tensor) && destination.Length > 0)
        {
            var reference = ExternalReference.Parse(tensor, path);
            using var file = folder.Open(reference, destination.Length, tensor.Name);
            ReadExactly(tensor, file, destination, reference.Offset);
            return;
        }

        foreach (var chunk in Chunks(tensor))
        {
            chunk.Span.CopyTo(destination);
            destination = destination[chunk.Length..];
        }
    }

    private void ReadExactly(TensorProto tensor, Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> destination, long offset)
    {
        while (destination.Length > 0)
        {
            var read = RandomAccess.Read(file, destination, offset);
            if (read == 0)
            {
                throw Error(tensor, "external data end early: the file changed while it was read");
            }

            destination = destination[read..];
            offset += read;
        }
    }

    private int ArrayLength(TensorProto tensor, long bytes)
    {
        var count = Count(tensor);
        return count <= Array.MaxLength ? (int)count : throw Error(tensor, $"{count} elements ({bytes} bytes) do not fit one array");
    }

    private static (long Found, long Wanted) TypedEntries(TensorProto tensor, long count) => (DataType)tensor.DataType switch
    {
        DataType.Float => (tensor.FloatData.Count, count),
        DataType.Complex64 => (tensor.FloatData.Count, 2 * count),
        DataType.Double => (tensor.DoubleData.Count, count),
        DataType.Complex128 => (tensor.DoubleData.Count, 2 * count),
        DataType.Int64 => (tensor.Int64Data.Count, count),
        DataType.Uint32 or DataType.Uint64 => (tensor.Uint64Data.Count, count),
        DataType.Int4 or DataType.Uint4 or DataType.Float4E2M1 => (tensor.Int32Data.Count, (count / 2) + (count % 2)),
        _ => (tensor.Int32Data.Count, count),
    };

    private static string Shape(TensorProto tensor) => $"[{string.Join(", ", tensor.Dims)}]";

    private ModelFormatException Mismatch(TensorProto tensor, long found, long wanted, string what) =>
        Error(tensor, $"{ElementTypes.Name(tensor.DataType)} {Shape(tensor)} needs {wanted} {what}, found {found}");

    private ModelFormatException Error(TensorProto tensor, string what) => new($"tensor '{tensor.Name}': {what}", path, tensor.Name);
}
