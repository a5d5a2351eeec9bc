using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting;

/// <summary>The float32 weights that updates change, and the parameters that forward passes read.</summary>
/// <remarks>
/// In float32 both are the same tensors. In bfloat16 the module computes with rounded copies between
/// <see cref="Enter"/> and <see cref="Leave"/>, which follow the float32 weights after each update
/// (Micikevicius et al. 2018, section 3.1).
/// </remarks>
internal sealed class MasterWeights : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly bool _rounded;

    public MasterWeights(nn.Module<Tensor, Tensor> model, TrainingPrecision precision)
    {
        _model = model;
        _rounded = precision == TrainingPrecision.Bf16;
        Parameters = Trainable();
        Weights = _rounded
            ? [.. Parameters.Select(static p => p.detach().clone().DetachFromDisposeScope())] : Parameters;
        ByName = model.named_parameters().Where(static p => p.parameter.requires_grad).Zip(Weights)
            .ToDictionary(static p => p.First.name, static p => p.Second);
    }

    /// <summary>What forward passes read and gradients are taken of.</summary>
    public IReadOnlyList<Tensor> Parameters { get; private set; }

    /// <summary>What updates change, float32.</summary>
    public IReadOnlyList<Tensor> Weights { get; }

    /// <summary><see cref="Weights"/> by their names in the state dictionary.</summary>
    public IReadOnlyDictionary<string, Tensor> ByName { get; }

    /// <summary>Makes the module compute in the reduced precision.</summary>
    public void Enter()
    {
        if (_rounded)
        {
            _model.to(ScalarType.BFloat16);
            Parameters = Trainable();
            Publish();
        }
    }

    /// <summary>Takes over the module's weights after they were loaded; not between Enter and Leave.</summary>
    public void Reload()
    {
        if (_rounded)
        {
            using var noGrad = no_grad();
            for (var i = 0; i < Weights.Count; i++)
            {
                Weights[i].copy_(Parameters[i]);
            }
        }
    }

    /// <summary>Rounds changed weights into the parameters.</summary>
    public void Publish()
    {
        if (_rounded)
        {
            using var noGrad = no_grad();
            for (var i = 0; i < Weights.Count; i++)
            {
                Parameters[i].copy_(Weights[i]);
            }
        }
    }

    /// <summary>Gives the module its float32 weights.</summary>
    public void Leave()
    {
        if (_rounded)
        {
            _model.to(ScalarType.Float32);
            Parameters = Trainable();
            Publish();
        }
    }

    public void Dispose()
    {
        if (_rounded)
        {
            foreach (var weight in Weights)
            {
                weight.Dispose();
            }
        }
    }

    private Tensor[] Trainable() => [.. _model.parameters().Where(static p => p.requires_grad)];
}
