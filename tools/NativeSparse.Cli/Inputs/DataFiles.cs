using System.Numerics.Tensors;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inputs;

/// <summary>Reads model inputs from <c>.npz</c>, <c>.safetensors</c>, <c>.jsonl</c> and <c>.txt</c> files, or a folder of them.</summary>
/// <param name="inputs">The graph's inputs.</param>
/// <param name="modelPath">The model, whose folder may hold a tokenizer.</param>
internal sealed class DataFiles(IReadOnlyList<ModelInput> inputs, string modelPath)
{
    private static readonly string[] Endings = [".npz", ".safetensors", ".jsonl", ".txt"];
    private readonly SortedSet<string> _filled = new(StringComparer.Ordinal);

    /// <summary>What was filled into the batches read so far, for people.</summary>
    public IReadOnlyCollection<string> Filled => _filled;

    /// <summary>The files of a path: itself, or those of a folder that can be read, by name.</summary>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InputException">It is no such file, or the folder holds none.</exception>
    public static IReadOnlyList<string> List(string path)
    {
        if (Directory.Exists(path))
        {
            string[] files = [.. Directory.GetFiles(path).Where(IsReadable).Order(StringComparer.Ordinal)];
            return files.Length > 0 ? files : throw new InputException($"folder '{path}' holds no {string.Join(", ", Endings)} file", path);
        }

        ModelFile.Require(path);
        return IsReadable(path) ? [path] : throw new InputException($"'{path}' is no {string.Join(", ", Endings)} file", path);
    }

    /// <summary>The batches of a path, read anew at each enumeration, one at a time.</summary>
    /// <exception cref="InputException">The data do not fit the model.</exception>
    public IEnumerable<IReadOnlyDictionary<string, IReadOnlyTensor>> Batches(string path) =>
        Tensors(path).Select(batch => (IReadOnlyDictionary<string, IReadOnlyTensor>)batch.ToDictionary(
            entry => entry.Key, entry => TensorValues.ToTensor(entry.Value)));

    /// <summary>The batches of a path as tensors, with the usual inputs of a transformer filled in.</summary>
    /// <exception cref="InputException">The data do not fit the model.</exception>
    public IEnumerable<Dictionary<string, ConstantTensor>> Tensors(string path)
    {
        var completion = new InputCompletion(inputs);
        foreach (var file in List(path))
        {
            foreach (var (batch, place) in Read(file))
            {
                yield return Complete(completion, batch, place, file);
            }
        }
    }

    /// <summary>Checks that no input is missing.</summary>
    /// <exception cref="InputException">One is; lists name, element type and shape of all.</exception>
    public void RequireAll(IReadOnlyDictionary<string, ConstantTensor> tensors, string path) => RequireAll(tensors, $"'{path}'", path);

    private void RequireAll(IReadOnlyDictionary<string, ConstantTensor> tensors, string place, string path)
    {
        string[] missing = [.. inputs.Where(input => !tensors.ContainsKey(input.Name)).Select(input => input.Name)];
        if (missing.Length > 0)
        {
            throw new InputException(
                $"{place} lacks {string.Join(", ", missing)}; the model's inputs are:{Environment.NewLine}{ModelInput.List(inputs)}", path);
        }
    }

    private static bool IsReadable(string path) => Endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private Dictionary<string, ConstantTensor> Complete(
        InputCompletion completion, Dictionary<string, ConstantTensor> batch, string place, string file)
    {
        try
        {
            var complete = completion.Complete(batch, new DimensionSizes(batch: 1), _filled);
            RequireAll(complete, place, file);
            return complete;
        }
        catch (InputException exception) when (exception.Path is null)
        {
            throw new InputException($"{place}: {exception.Message}", file);
        }
    }

    private IEnumerable<(Dictionary<string, ConstantTensor> Tensors, string Place)> Read(string file)
    {
        var lines = new JsonLines(inputs, new ModelText(modelPath));
        return Path.GetExtension(file).ToUpperInvariant() switch
        {
            ".JSONL" => lines.Read(file),
            ".TXT" => lines.ReadText(File.ReadAllText(file)).Select(batch => (batch, $"'{file}'")),
            _ => new TensorBatches(inputs).Split(NamedTensors.Read(file)).Select(batch => (batch, $"'{file}'")),
        };
    }
}
