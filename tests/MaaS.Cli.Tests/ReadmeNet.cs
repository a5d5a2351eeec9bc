using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Cli.Tests;

sealed class Net : Module<Tensor, Tensor>
{
    private readonly Linear hidden = Linear(784, 64), output = Linear(64, 10);

    public Net() : base(nameof(Net)) => RegisterComponents();

    public override Tensor forward(Tensor x) => output.call(functional.gelu(hidden.call(x.flatten(1))));
}
