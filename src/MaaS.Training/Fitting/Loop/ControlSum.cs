using MaaS.Training.Fitting.Processes;

namespace MaaS.Training.Fitting.Loop;

/// <summary>The few numbers of a step that all processes must agree on.</summary>
internal sealed class ControlSum(IProcessGroup? group)
{
    private readonly IProcessGroup? _group = group is { Size: > 1 } ? group : null;
    private readonly double[] _values = new double[3];

    /// <summary>Whether one of them is cancelled.</summary>
    public bool Cancelled { get; private set; }

    /// <summary>Whether one of them finds a checkpoint due.</summary>
    public bool CheckpointDue { get; private set; }

    /// <summary>What the batches of all processes count together.</summary>
    public double Weight { get; private set; }

    /// <summary>The sum of their losses.</summary>
    public double Loss { get; private set; }

    /// <summary>How many samples they have.</summary>
    public double Samples { get; private set; }

    /// <summary>Agrees on what happens besides.</summary>
    public void Agree(bool cancelled, bool checkpointDue)
    {
        var (first, second, _) = Sums(cancelled ? 1 : 0, checkpointDue ? 1 : 0, 0);
        (Cancelled, CheckpointDue) = (first > 0, second > 0);
    }

    /// <summary>Whether any process has a batch left.</summary>
    public bool AnyHas(bool batch) => Sums(batch ? 1 : 0, 0, 0).First > 0;

    /// <summary>Whether every process has a batch left.</summary>
    public bool AllHave(bool batch) => Sums(batch ? 0 : 1, 0, 0).First == 0;

    /// <summary>Adds up what the batches of all processes came to.</summary>
    public void Sum(double weight, double loss, int samples) => (Weight, Loss, Samples) = Sums(weight, loss, samples);

    private (double First, double Second, double Third) Sums(double first, double second, double third)
    {
        (_values[0], _values[1], _values[2]) = (first, second, third);
        _group?.Sum(_values.AsSpan());
        return (_values[0], _values[1], _values[2]);
    }
}
