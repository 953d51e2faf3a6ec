using System.IO.Compression;

namespace NativeSparse.Onnx;

/// <summary>Reads and writes NumPy's zip of arrays, stored or deflated. Written stored: weights do not compress.</summary>
internal static class NpzFormat
{
    private const string Suffix = ".npy";

    // Deflate yields at most about 1032 to 1; what unpacks to more than this in all is a bomb or needs another format.
    private const long LargestTotal = 8L << 30;
    private const int MostEntries = 1_000_000;

    internal static TensorFile Read(FileStream stream, string path)
    {
        try
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            if (zip.Entries.Count > MostEntries)
            {
                throw new ModelFormatException($"the archive has {zip.Entries.Count} entries, expected at most {MostEntries}", path);
            }

            var tensors = new List<ConstantTensor>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            long total = 0;
            foreach (var entry in zip.Entries.Where(entry => entry.FullName.EndsWith(Suffix, StringComparison.Ordinal)))
            {
                var name = entry.FullName[..^Suffix.Length];
                total += Math.Max(0, entry.Length);
                if (entry.Length < 0 || total > LargestTotal || entry.Length / 1100 > entry.CompressedLength + 1)
                {
                    throw new ModelFormatException(
                        $"array '{name}' says it unpacks from {entry.CompressedLength} to {entry.Length} bytes ({total} in all): more than deflate can or than is accepted", path, name);
                }

                if (!names.Add(name))
                {
                    throw new ModelFormatException($"array '{name}' occurs twice", path, name);
                }

                using var content = entry.Open();
                tensors.Add(NpyFormat.Read(content, entry.Length, name, path));
            }

            return new TensorFile(tensors, new Dictionary<string, string>());
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or NotSupportedException or ArgumentException)
        {
            // The zip reader's exceptions for damaged directories, unknown compression and impossible dates.
            throw new ModelFormatException($"the archive is damaged: {exception.Message}", path, innerException: exception);
        }
    }

    internal static void Write(Stream stream, IReadOnlyList<ConstantTensor> tensors)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var tensor in tensors)
        {
            var entry = zip.CreateEntry(tensor.Name + Suffix, CompressionLevel.NoCompression);

            // A fixed date: the same tensors give the same bytes.
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var content = entry.Open();
            NpyFormat.Write(content, tensor);
        }
    }
}
