using System.Globalization;
using System.Reflection;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Parameters;

/// <summary>What an optimizer of TorchSharp's remembers: tensors, and numbers such as counts of steps.</summary>
/// <remarks>TorchSharp's state classes keep both in fields of their own; its binary format is left aside so that a
/// checkpoint stays one safetensors file.</remarks>
internal sealed class OptimizerFields : IDisposable
{
    private const string NumbersName = "numbers";

    private readonly (OptimizerState State, Parameter Parameter)[] _states;
    private readonly FieldInfo[] _tensors;
    private readonly FieldInfo[] _numbers;
    private readonly Tensor _values;

    public OptimizerFields(OptimizerHelper optimizer)
    {
        _states = [.. optimizer.state_dict().State.Zip(optimizer.parameters())];
        var fields = _states.Select(static s => s.State.GetType()).Distinct().SelectMany(Fields).ToArray();
        _tensors = [.. fields.Where(static f => f.FieldType == typeof(Tensor))];
        _numbers = [.. fields.Where(static f => f.FieldType != typeof(Tensor))];
        _values = zeros([_states.Length, _numbers.Length], ScalarType.Float64).DetachFromDisposeScope();
    }

    /// <summary>Everything by name; tensors that no step has made yet are missing.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> State
    {
        get
        {
            for (var i = 0; i < _states.Length; i++)
            {
                for (var j = 0; j < _numbers.Length; j++)
                {
                    _values[i, j] = Convert.ToDouble(
                        _numbers[j].GetValue(_states[i].State), CultureInfo.InvariantCulture);
                }
            }

            return [
                .. _states.SelectMany((s, i) => _tensors
                    .Select(f => (Name: $"{f.Name}.{i}", Tensor: (Tensor?)f.GetValue(s.State)))
                    .Where(static t => t.Tensor is not null).Select(static t => (t.Name, t.Tensor!))),
                .. _numbers.Length > 0 ? [(NumbersName, _values)] : Array.Empty<(string, Tensor)>(),
            ];
        }
    }

    /// <summary>Why an optimizer's state cannot be kept; null where it can.</summary>
    public static string? Refusal(optim.Optimizer optimizer)
    {
        if (optimizer is not OptimizerHelper helper || optimizer is LBFGS)
        {
            return "it keeps its state in native memory";
        }

        var odd = helper.state_dict().State.Select(static s => s.GetType()).Distinct()
            .SelectMany(static t => t.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Where(f => f.DeclaringType != typeof(OptimizerState) && !Kept(f)))
            .FirstOrDefault();
        return odd is null ? null : $"its state has {odd.Name} of type {odd.FieldType.Name}, neither tensor nor number";
    }

    /// <summary>Makes the tensors that a saved state has and this one has not yet.</summary>
    public void Expect(IReadOnlySet<string> names)
    {
        for (var i = 0; i < _states.Length; i++)
        {
            foreach (var field in _tensors)
            {
                if (names.Contains($"{field.Name}.{i}") && field.GetValue(_states[i].State) is null)
                {
                    field.SetValue(
                        _states[i].State, zeros_like(_states[i].Parameter).detach().DetachFromDisposeScope());
                }
            }
        }
    }

    /// <summary>Takes over the numbers.</summary>
    public void Loaded()
    {
        if (_numbers.Length == 0)
        {
            return;
        }

        var values = _values.data<double>().ToArray();
        for (var i = 0; i < _states.Length; i++)
        {
            for (var j = 0; j < _numbers.Length; j++)
            {
                _numbers[j].SetValue(
                    _states[i].State, Convert.ChangeType(
                        values[(i * _numbers.Length) + j], _numbers[j].FieldType, CultureInfo.InvariantCulture));
            }
        }
    }

    public void Dispose() => _values.Dispose();

    private static FieldInfo[] Fields(Type state)
        => [
            .. state.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Where(static f => f.DeclaringType != typeof(OptimizerState) && Kept(f)),
        ];

    private static bool Kept(FieldInfo field)
        => field.FieldType == typeof(Tensor) || field.FieldType == typeof(long) || field.FieldType == typeof(int)
            || field.FieldType == typeof(double) || field.FieldType == typeof(float) || field.FieldType == typeof(bool);
}
