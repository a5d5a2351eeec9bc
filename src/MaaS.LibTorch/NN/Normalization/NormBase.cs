using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>What batch and instance normalisation share: scale, shift and running statistics of each channel.</summary>
public abstract class NormBase : Module<Tensor, Tensor>
{
    [ComponentName(Name = nameof(bias))]
    private Parameter? _bias;

    [ComponentName(Name = nameof(weight))]
    private Parameter? _weight;

    [ComponentName(Name = nameof(running_mean))]
    private Tensor? _running_mean;

    [ComponentName(Name = nameof(running_var))]
    private Tensor? _running_var;

    [ComponentName(Name = nameof(num_batches_tracked))]
    private Tensor? _num_batches_tracked;

    public NormBase(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device, ScalarType? dtype, string name)
        : base(name)
    {
        this.num_features = num_features;
        this.eps = eps;
        this.momentum = momentum;
        this.affine = affine;
        this.track_running_stats = track_running_stats;
        if (affine)
        {
            weight = Parameter(ones([num_features], dtype, device));
            bias = Parameter(zeros([num_features], dtype, device));
        }
        if (!track_running_stats) return;
        running_mean = zeros([num_features], dtype, device);
        running_var = ones([num_features], dtype, device);
        num_batches_tracked = zeros([], ScalarType.Int64, device);
    }

    public Parameter? bias
    {
        get => _bias;
        set => Assign(ref _bias, value, nameof(bias));
    }

    public Parameter weight
    {
        get => _weight!;
        set => Assign(ref _weight, value, nameof(weight));
    }

    public Tensor? running_mean
    {
        get => _running_mean;
        set => AssignBuffer(ref _running_mean, value, nameof(running_mean));
    }

    public Tensor? running_var
    {
        get => _running_var;
        set => AssignBuffer(ref _running_var, value, nameof(running_var));
    }

    /// <summary>How many batches the running statistics have seen: a scalar, int64.</summary>
    public Tensor? num_batches_tracked
    {
        get => _num_batches_tracked;
        set => AssignBuffer(ref _num_batches_tracked, value, nameof(num_batches_tracked));
    }

    public long num_features { get; private set; }

    public double eps { get; set; }

    /// <summary>The weight of the newest batch in the running statistics; null for their plain mean.</summary>
    public double? momentum { get; set; }

    public bool affine { get; private set; }

    public bool track_running_stats { get; private set; }

    public void reset_running_stats()
    {
        if (!track_running_stats) return;
        init.zeros_(running_mean!);
        init.ones_(running_var!);
        init.zeros_(num_batches_tracked!);
    }

    public void reset_parameters()
    {
        reset_running_stats();
        if (!affine) return;
        init.ones_(weight);
        init.zeros_(bias!);
    }

    protected abstract void ValidateInputDimensions(Tensor input);

    private protected static void CheckDimensions(Tensor input, int least, int most)
    {
        var dims = input.dim();
        if (dims < least || dims > most)
            throw new ArgumentException($"expected {(least == most ? $"{least}D" : $"{least}D or {most}D")} input, but got {dims}D input.");
    }
}
