using System.Globalization;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>Where the bytes of an external tensor lie.</summary>
/// <param name="Location">Path of the file, relative to the model's folder.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Number of bytes, or null when the tensor's own size says it.</param>
internal readonly record struct ExternalReference(string Location, long Offset, long? Length)
{
    /// <summary>Reads the entries of a tensor whose data location is external.</summary>
    /// <exception cref="ModelFormatException">No location, or a number that is none.</exception>
    internal static ExternalReference Parse(TensorProto tensor, string? path)
    {
        string? location = null;
        long offset = 0;
        long? length = null;
        foreach (var entry in tensor.ExternalData)
        {
            switch (entry.Key)
            {
                case "location":
                    location = entry.Value;
                    break;
                case "offset":
                    offset = Number(tensor, entry, path);
                    break;
                case "length":
                    length = Number(tensor, entry, path);
                    break;
            }
        }

        return location is null
            ? throw new ModelFormatException($"tensor '{tensor.Name}' is external but names no file ('location')", path, tensor.Name)
            : new ExternalReference(location, offset, length);
    }

    /// <summary>Makes a tensor external: its data leave the message, this reference takes their place.</summary>
    internal void WriteTo(TensorProto tensor)
    {
        tensor.ClearRawData();
        tensor.FloatData.Clear();
        tensor.Int32Data.Clear();
        tensor.Int64Data.Clear();
        tensor.DoubleData.Clear();
        tensor.Uint64Data.Clear();
        tensor.DataLocation = TensorProto.Types.DataLocation.External;
        tensor.ExternalData.Clear();
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = Location });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = Offset.ToString(CultureInfo.InvariantCulture) });
        if (Length is { } length)
        {
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = length.ToString(CultureInfo.InvariantCulture) });
        }
    }

    private static long Number(TensorProto tensor, StringStringEntryProto entry, string? path) =>
        long.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new ModelFormatException(
                $"tensor '{tensor.Name}': external data '{entry.Key}' is '{entry.Value}', expected a number of bytes, 0 or more", path, tensor.Name);
}
