namespace NativeSparse.Onnx;

/// <summary>Named tensors in a file: <c>.safetensors</c>, <c>.npz</c> (NumPy's zip of arrays) or <c>.npy</c> (one array).</summary>
/// <param name="Tensors">The tensors, in the order of the file.</param>
/// <param name="Metadata">The <c>__metadata__</c> of a safetensors file; empty for the others, which have none.</param>
public sealed record TensorFile(IReadOnlyList<ConstantTensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The tensor of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those there are.</exception>
    public ConstantTensor this[string name] =>
        Tensors.FirstOrDefault(tensor => tensor.Name == name)
        ?? throw new KeyNotFoundException($"no tensor '{name}'; the file holds {string.Join(", ", Tensors.Select(tensor => tensor.Name))}");

    /// <summary>Reads a file; its extension says the format.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ModelFormatException">
    /// The file is damaged, or holds what tensors here cannot be: text, objects, complex numbers, big-endian or 8-bit floating elements.
    /// </exception>
    /// <exception cref="ArgumentException">The extension is none of the three.</exception>
    public static TensorFile Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var extension = Extension(path);
        if (Directory.Exists(path))
        {
            throw new ModelFormatException($"'{path}' is a folder, expected a tensor file", path);
        }

        using var stream = File.OpenRead(path);
        return extension switch
        {
            ".safetensors" => SafetensorsFormat.Read(stream, path),
            ".npz" => NpzFormat.Read(stream, path),
            _ => new TensorFile([NpyFormat.Read(stream, stream.Length, Path.GetFileNameWithoutExtension(path), path)], new Dictionary<string, string>()),
        };
    }

    /// <summary>Checks that a file may be written at a path, before there is anything to write.</summary>
    /// <exception cref="DirectoryNotFoundException">Its folder does not exist.</exception>
    /// <exception cref="IOException">A folder, a device, a pipe or a socket is there.</exception>
    public static void CheckTarget(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileReplacement.CheckTarget(Path.GetFullPath(path));
    }

    /// <summary>Writes a file under a temporary name, then renames it; its extension says the format.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">What it holds; names are unique. An <c>.npy</c> holds one.</param>
    /// <param name="metadata">For <c>.safetensors</c>; the other formats have no place for it.</param>
    /// <exception cref="ArgumentException">
    /// An unknown extension, a name given twice, a shape that does not match the bytes, an element type that the format does not have,
    /// or metadata for a format without.
    /// </exception>
    public static void Write(string path, IReadOnlyList<ConstantTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(tensors);
        var extension = Extension(path);
        if (extension != ".safetensors" && metadata is { Count: > 0 })
        {
            throw new ArgumentException($"{extension} files hold no metadata; write .safetensors", nameof(metadata));
        }

        if (extension == ".npy" && tensors.Count != 1)
        {
            throw new ArgumentException($"an .npy file holds one tensor, got {tensors.Count}; write .npz", nameof(tensors));
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            TensorWriter.Check(tensor);
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException($"tensor '{tensor.Name}' is given twice", nameof(tensors));
            }
        }

        using var files = new FileReplacement();
        var stream = files.Create(path);
        switch (extension)
        {
            case ".safetensors":
                SafetensorsFormat.Write(stream, tensors, metadata ?? new Dictionary<string, string>());
                break;
            case ".npz":
                NpzFormat.Write(stream, tensors);
                break;
            default:
                NpyFormat.Write(stream, tensors[0]);
                break;
        }

        files.Commit();
    }

    private static string Extension(string path)
    {
        var extension = Path.GetExtension(path).ToLowerInvariant();
        return extension is ".safetensors" or ".npz" or ".npy"
            ? extension
            : throw new ArgumentException($"'{path}' is no tensor file by its name; expected .safetensors, .npz or .npy", nameof(path));
    }
}
