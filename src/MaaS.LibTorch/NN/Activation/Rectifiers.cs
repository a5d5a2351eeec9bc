using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>max(0, x).</summary>
public sealed class ReLU : ParameterLessModule<Tensor, Tensor>
{
    internal ReLU(bool inplace) : base(nameof(ReLU))
    {
        this.inplace = inplace;
    }

    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => functional.relu(tensor, inplace);
}

/// <summary>min(max(0, x), 6).</summary>
public sealed class ReLU6 : ParameterLessModule<Tensor, Tensor>
{
    internal ReLU6(bool inplace) : base(nameof(ReLU6))
    {
        this.inplace = inplace;
    }

    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => functional.relu6(tensor, inplace);
}

/// <summary>x, times negative_slope where x is negative.</summary>
public sealed class LeakyReLU : ParameterLessModule<Tensor, Tensor>
{
    internal LeakyReLU(double negative_slope, bool inplace) : base(nameof(LeakyReLU))
    {
        this.negative_slope = negative_slope;
        this.inplace = inplace;
    }

    public double negative_slope { get; set; }

    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => functional.leaky_relu(tensor, negative_slope, inplace);
}

/// <summary>Leaky ReLU with a slope drawn from [lower, upper] in training and their mean otherwise.</summary>
public sealed class RReLU : ParameterLessModule<Tensor, Tensor>
{
    internal RReLU(double lower, double upper, bool inplace) : base(nameof(RReLU))
    {
        this.lower = lower;
        this.upper = upper;
        this.inplace = inplace;
    }

    public double lower { get; set; }

    public double upper { get; set; }

    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => training
        ? Interop.Dispatcher.Call(inplace ? "rrelu_" : "rrelu", tensor, lower, upper, true)
        : functional.rrelu(tensor, lower, upper, inplace);
}

/// <summary>x where x is above threshold, else value.</summary>
public sealed class Threshold : ParameterLessModule<Tensor, Tensor>
{
    internal Threshold(double threshold, double value, bool inplace) : base(nameof(Threshold))
    {
        this.threshold = threshold;
        this.value = value;
        this.inplace = inplace;
    }

    public double threshold { get; set; }

    public double value { get; set; }

    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => functional.threshold(tensor, threshold, value, inplace);
}

/// <summary>x clamped to [min_val, max_val].</summary>
public sealed class Hardtanh : ParameterLessModule<Tensor, Tensor>
{
    internal Hardtanh(double min_val, double max_val, bool inplace) : base(nameof(Hardtanh))
    {
        this.min_val = min_val;
        this.max_val = max_val;
        this.inplace = inplace;
    }

    public double min_val { get; set; }

    public double max_val { get; set; }

    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => functional.hardtanh(tensor, min_val, max_val, inplace);
}
