using System.CommandLine;
using System.CommandLine.Parsing;
using NativeSparse.Cli.Inputs;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Options;

/// <summary>The options <c>--inputs</c> and <c>--random</c>.</summary>
internal sealed class InputSettings
{
    private readonly Option<string?> _file = new("--inputs")
    {
        Description = "A .npz or .safetensors file, tensor names = graph inputs.",
        HelpName = "FILE",
    };

    private readonly Option<int?> _seed = new("--random")
    {
        Description = "Fills inputs that are not given: masks with ones, positions counting up, an empty past, else random numbers "
            + "(standard normal; integers 0..99) of this seed; open dimensions: batch 1, others 16.",
        HelpName = "SEED",
    };

    private readonly HashSet<string> _said = new(StringComparer.Ordinal);

    /// <summary>Adds the options to a command.</summary>
    public InputSettings(Command command)
    {
        command.Options.Add(_file);
        command.Options.Add(_seed);
    }

    /// <summary>Checks that one of the options is given.</summary>
    public void RequireOne(CommandResult result)
    {
        if (result.GetResult(_file) is null && result.GetResult(_seed) is null)
        {
            result.AddError("Give --inputs FILE or --random SEED.");
        }
    }

    /// <summary>Whether inputs come from a file.</summary>
    public bool FromFile(Invocation invocation) => invocation.Get(_file) is not null;

    /// <summary>The inputs of one run. Says on standard error what was made up.</summary>
    /// <exception cref="InputException">An input is missing or does not fit.</exception>
    public Dictionary<string, ConstantTensor> Read(Invocation invocation, IReadOnlyList<ModelInput> inputs, InputShape shape, int defaultSeed = 0)
    {
        var path = invocation.Get(_file);
        var given = path is null ? new Dictionary<string, ConstantTensor>() : NamedTensors.Read(path);
        var seed = invocation.Get(_seed);
        if (seed is null && path is not null)
        {
            var complete = new InputCompletion(inputs);
            complete.Check(given, new DimensionSizes());
            new DataFiles(inputs, path).RequireAll(given, path);
            return new Dictionary<string, ConstantTensor>(given);
        }

        var sizes = new DimensionSizes(shape.Batch, shape.Sequence);
        var filled = new SortedSet<string>(StringComparer.Ordinal);
        var tensors = new InputCompletion(inputs).Complete(given, sizes, filled);
        var random = RandomInputs.Fill(inputs, tensors, sizes, seed ?? defaultSeed);
        if (filled.Count + random.Count > 0)
        {
            NoteOnce(
                invocation,
                $"inputs are made up (seed {seed ?? defaultSeed}): {string.Join("; ", random.Select(name => $"random {name}").Concat(filled))}");
        }

        return tensors;
    }

    /// <summary>The same inputs for several shapes or files are worth one line.</summary>
    private void NoteOnce(Invocation invocation, string note)
    {
        if (_said.Add(note))
        {
            invocation.Note(note);
        }
    }
}
