using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inputs;

/// <summary>Tensor files named on the command line: <c>.npz</c> and <c>.safetensors</c>.</summary>
internal static class NamedTensors
{
    private static readonly string[] Endings = [".npz", ".safetensors"];

    /// <summary>Whether a path is one by its name.</summary>
    public static bool IsTensorFile(string path) => Endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>The tensors of a file by name.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InputException">It is no tensor file by its name.</exception>
    /// <exception cref="ModelFormatException">The file is damaged.</exception>
    public static IReadOnlyDictionary<string, ConstantTensor> Read(string path)
    {
        Check(ModelFile.Require(path, "a tensor file"));
        return TensorFile.Read(path).Tensors.ToDictionary(tensor => tensor.Name);
    }

    /// <summary>Writes tensors under their names.</summary>
    public static void Write(string path, IReadOnlyList<ConstantTensor> tensors) => TensorFile.Write(path, tensors);

    /// <summary>Checks where tensors are to be written, before any work is done for them.</summary>
    /// <exception cref="InputException">It is no tensor file by its name.</exception>
    /// <exception cref="IOException">No file can appear there.</exception>
    public static void CheckDestination(string path)
    {
        Check(path);
        TensorFile.CheckTarget(path);
    }

    /// <summary>Checks the name of a file.</summary>
    /// <exception cref="InputException">It is no tensor file by its name.</exception>
    public static void Check(string path)
    {
        if (!IsTensorFile(path))
        {
            throw new InputException($"'{path}' is no tensor file by its name; expected {string.Join(" or ", Endings)}", path);
        }
    }
}
