using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace NativeSparse.Onnx;

/// <summary>Reads and writes one NumPy array: versions 1 to 3, little-endian, in C or Fortran order; written as version 1 in C order.</summary>
internal static partial class NpyFormat
{
    private const int LongestHeader = 1 << 20;

    // Data are read in pieces, so that a header that promises more than there is does not allocate it.
    private const int Piece = 16 << 20;

    private static readonly (string Name, string ElementType)[] Types =
    [
        ("<f4", "float32"), ("<f2", "float16"), ("<f8", "float64"),
        ("<i8", "int64"), ("<i4", "int32"), ("<i2", "int16"), ("|i1", "int8"),
        ("<u8", "uint64"), ("<u4", "uint32"), ("<u2", "uint16"), ("|u1", "uint8"), ("|b1", "bool"),
    ];

    /// <summary>Reads an array of at most <paramref name="limit"/> bytes, header included.</summary>
    internal static ConstantTensor Read(Stream stream, long limit, string name, string path)
    {
        var header = Header(stream, name, path);
        var fields = HeaderPattern().Match(header);
        if (!fields.Success)
        {
            throw Error($"the header '{Shorten(header)}' is not one of a plain array", name, path);
        }

        var descr = fields.Groups["descr"].Value;
        var type = Array.Find(Types, candidate => candidate.Name == descr || (candidate.Name[0] == '|' && candidate.Name[1..] == descr[1..])).ElementType
            ?? throw Error($"has element type '{Shorten(descr)}', expected one of {string.Join(", ", Types.Select(t => t.Name))}", name, path);
        var width = ElementTypes.Bits((int)ElementTypes.Parse(type)) / 8;
        var shape = Shape(fields.Groups["shape"].Value, name, path);
        var bytes = TensorSize.Bytes(shape, width, name, path);
        if (bytes > limit)
        {
            throw Error($"{descr} [{string.Join(", ", shape)}] needs {bytes} bytes, the file has {limit}", name, path);
        }

        var data = ReadData(stream, (int)bytes, name, path);
        if (fields.Groups["fortran"].Value == "True" && shape.Length > 1)
        {
            data = FortranOrder.ToRowMajor(data, shape, width);
        }

        return new ConstantTensor(name, type, shape, data);
    }

    internal static void Write(Stream stream, ConstantTensor tensor)
    {
        var descr = Array.Find(Types, type => type.ElementType == tensor.ElementType).Name
            ?? throw new ArgumentException($"NumPy files have no {tensor.ElementType} (tensor '{tensor.Name}')", nameof(tensor));
        var sizes = string.Join(", ", tensor.Shape.Select(size => size.ToString(CultureInfo.InvariantCulture)));
        var shape = tensor.Shape.Count == 1 ? $"({sizes},)" : $"({sizes})";
        var header = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}";

        // Ten bytes before the header, a newline after it, and data that start on a multiple of 64.
        header = header.PadRight(((10 + header.Length + 1 + 63) / 64 * 64) - 11) + "\n";
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header));
        stream.Write(tensor.Data.Span);
    }

    private static string Header(Stream stream, string name, string path)
    {
        var start = new byte[12];
        if (stream.ReadAtLeast(start.AsSpan(0, 10), 10, throwOnEndOfStream: false) < 10 || start[0] != 0x93 || !start.AsSpan(1, 5).SequenceEqual("NUMPY"u8))
        {
            throw Error("is not a NumPy array", name, path);
        }

        var version = start[6];
        if (version is < 1 or > 3)
        {
            throw Error($"has format version {version}, expected 1 to 3", name, path);
        }

        var length = (long)BitConverter.ToUInt16(start, 8);
        if (version > 1)
        {
            stream.ReadAtLeast(start.AsSpan(10, 2), 2, throwOnEndOfStream: false);
            length = BitConverter.ToUInt32(start, 8);
        }

        if (length > LongestHeader)
        {
            throw Error($"has a header of {length} bytes, expected at most {LongestHeader}", name, path);
        }

        var bytes = new byte[length];
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length
            ? Encoding.UTF8.GetString(bytes)
            : throw Error("ends inside its header", name, path);
    }

    private static long[] Shape(string text, string name, string path)
    {
        var parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Select(part => long.TryParse(part.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : throw Error($"has shape ({Shorten(text)}), expected whole numbers", name, path)).ToArray();
    }

    private static byte[] ReadData(Stream stream, int length, string name, string path)
    {
        var data = new byte[Math.Min(length, Piece)];
        for (var done = 0; done < length;)
        {
            if (done == data.Length)
            {
                Array.Resize(ref data, (int)Math.Min(length, 2L * data.Length));
            }

            var read = stream.Read(data, done, data.Length - done);
            done += read > 0 ? read : throw Error($"ends after {done} of {length} bytes", name, path);
        }

        return data;
    }

    private static string Shorten(string text) => text.Length > 100 ? text[..100] + "..." : text.TrimEnd();

    private static ModelFormatException Error(string what, string name, string path) => new($"array '{name}' {what}", path, name);

    [GeneratedRegex(@"^\s*\{\s*'descr'\s*:\s*'(?<descr>[^']{1,64})'\s*,\s*'fortran_order'\s*:\s*(?<fortran>True|False)\s*,\s*'shape'\s*:\s*\((?<shape>[^)]*)\)\s*,?\s*\}\s*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex HeaderPattern();
}
