using System.Globalization;
using System.Text.RegularExpressions;

namespace NativeSparse.Kernels.Tests;

/// <summary>One kernel's PTX text, parsed: names of registers are places, labels are numbers of instructions.</summary>
internal sealed partial class PtxProgram
{
    private readonly List<PtxInstruction> _instructions = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly Dictionary<string, string[]> _branchTargets = [];
    private readonly Dictionary<string, int> _shared = [];
    private readonly List<Dictionary<string, int>> _scopes = [];

    public PtxProgram(string text)
    {
        var plain = Comment().Replace(text, "");
        var start = plain.IndexOf('{', plain.IndexOf(".entry", StringComparison.Ordinal));
        Parameters = [.. Parameter().Matches(plain[..start]).Select(match => match.Groups[1].Value)];
        var pending = "";
        var label = "";
        foreach (var character in plain[start..])
        {
            var isEmpty = pending.Trim().Length == 0;
            if (isEmpty && character == '{')
            {
                _scopes.Add([]);
            }
            else if (isEmpty && character == '}')
            {
                _scopes.RemoveAt(_scopes.Count - 1);
            }
            else if (character == ':')
            {
                label = pending.Trim();
                _labels.Add(label, _instructions.Count);
                pending = "";
            }
            else if (character == ';')
            {
                Add(pending.Trim(), label);
                pending = "";
            }
            else
            {
                pending += character;
            }
        }
    }

    public IReadOnlyList<PtxInstruction> Instructions => _instructions;

    /// <summary>Names of the kernel's parameters.</summary>
    public IReadOnlyList<string> Parameters { get; }

    public int Registers { get; private set; }

    public int SharedBytes { get; private set; }

    public int Label(string name) => _labels[name];

    public int BranchTarget(string list, int index) => Label(_branchTargets[list][index]);

    private void Add(string statement, string label)
    {
        if (statement.StartsWith(".reg", StringComparison.Ordinal))
        {
            foreach (var name in Words(statement)[2..])
            {
                Declare(name);
            }
        }
        else if (statement.StartsWith(".shared", StringComparison.Ordinal))
        {
            var match = Array().Match(statement);
            var alignment = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            SharedBytes = (SharedBytes + alignment - 1) / alignment * alignment;
            _shared.Add(match.Groups[2].Value, SharedBytes);
            SharedBytes += int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture);
        }
        else if (statement.StartsWith(".branchtargets", StringComparison.Ordinal))
        {
            _branchTargets.Add(label, Words(statement[".branchtargets".Length..]));
        }
        else
        {
            _instructions.Add(Parse(statement));
        }
    }

    private void Declare(string name)
    {
        var range = name.IndexOf('<', StringComparison.Ordinal);
        if (range < 0)
        {
            _scopes[^1].Add(name, Registers++);
            return;
        }

        for (var i = 0; i < int.Parse(name.AsSpan(range + 1, name.Length - range - 2), CultureInfo.InvariantCulture); i++)
        {
            _scopes[^1].Add($"{name[..range]}{i}", Registers++);
        }
    }

    private PtxInstruction Parse(string statement)
    {
        var guard = -1;
        var isNegated = false;
        if (statement[0] == '@')
        {
            var end = statement.IndexOfAny([' ', '\t']);
            isNegated = statement[1] == '!';
            guard = Operand(statement[(isNegated ? 2 : 1)..end])[0].Register;
            statement = statement[end..].Trim();
        }

        var split = statement.IndexOfAny([' ', '\t']);
        var operation = split < 0 ? statement : statement[..split];
        var operands = split < 0 ? [] : Operands().Matches(statement[split..]).Select(match => Operand(match.Value.Trim())).ToArray();
        return new PtxInstruction(statement, operation.Split('.'), guard, isNegated, operands);
    }

    /// <summary>The parts of an operand: one, or those of a vector.</summary>
    private PtxOperand[] Operand(string text) => text[0] == '{'
        ? [.. Words(text[1..^1]).Select(Scalar)]
        : [Scalar(text.Trim('[', ']').Trim())];

    private PtxOperand Scalar(string text)
    {
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        var offset = plus < 0 ? 0 : long.Parse(text.AsSpan(plus + 1), CultureInfo.InvariantCulture);
        var name = (plus < 0 ? text : text[..plus]).Trim();
        for (var scope = _scopes.Count - 1; scope >= 0; scope--)
        {
            if (_scopes[scope].TryGetValue(name, out var register))
            {
                return new PtxOperand(name, register, offset);
            }
        }

        if (_shared.TryGetValue(name, out var place))
        {
            return new PtxOperand("", -1, place + offset);
        }

        if (name.StartsWith("0f", StringComparison.Ordinal))
        {
            return new PtxOperand("", -1, long.Parse(name.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }

        if (name.StartsWith("0x", StringComparison.Ordinal))
        {
            return new PtxOperand("", -1, long.Parse(name.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }

        return long.TryParse(name, CultureInfo.InvariantCulture, out var number) ? new PtxOperand("", -1, number) : new PtxOperand(name, -1, offset);
    }

    private static string[] Words(string list) => list.Split([',', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\.param[^,)]*?(\w+)(?:\[\d+\])?\s*[,)\n]")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\.align (\d+) \.b8 (\w+)\[(\d+)\]")]
    private static partial Regex Array();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|[^,\s]+")]
    private static partial Regex Operands();
}
