using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

public partial class ASGD
{
    public sealed class State : OptimizerState, IDisposable
    {
        public long step;
        public double eta;
        public double mu;
        public Tensor ax = null!;

        public State(Parameter parameter) : base(parameter)
        {
        }

        public override void Initialize(OptimizerOptions options)
        {
            step = 0;
            eta = options.LearningRate!.Value;
            mu = 1;
            Renew(ref ax!, Zeros());
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(step);
            writer.Write(eta);
            writer.Write(mu);
            ax.Save(writer);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            step = reader.ReadInt64();
            eta = reader.ReadDouble();
            mu = reader.ReadDouble();
            ax.Load(reader);
        }

        public override void LoadStateDict(OptimizerState source)
        {
            var from = (State)source;
            step = from.step;
            eta = from.eta;
            mu = from.mu;
            Copy(ref ax!, from.ax);
        }

        public override bool ApproximatelyEquals(OptimizerState other) =>
            other is State rhs && step == rhs.step && eta == rhs.eta && mu == rhs.mu && Close(ax, rhs.ax);

        public override void to(Device device)
        {
            Move(ref ax!, device);
        }

        public void Dispose()
        {
            ax.Dispose();
        }
    }

    public class Options : OptimizerOptions
    {
        public bool? maximize;
        public double? lambd;
        public double? alpha;
        public double? weight_decay;
        public double? t0;

        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(maximize!.Value);
            writer.Write(lambd!.Value);
            writer.Write(alpha!.Value);
            writer.Write(weight_decay!.Value);
            writer.Write(t0!.Value);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            maximize = reader.ReadBoolean();
            lambd = reader.ReadDouble();
            alpha = reader.ReadDouble();
            weight_decay = reader.ReadDouble();
            t0 = reader.ReadDouble();
        }

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var from = (Options)source;
            maximize = from.maximize;
            lambd = from.lambd;
            alpha = from.alpha;
            weight_decay = from.weight_decay;
            t0 = from.t0;
        }

        internal void Complete(Options defaults)
        {
            maximize ??= defaults.maximize;
            lambd ??= defaults.lambd;
            alpha ??= defaults.alpha;
            weight_decay ??= defaults.weight_decay;
            t0 ??= defaults.t0;
        }
    }

    public class ParamGroup : ParamGroup<Options>
    {
        public ParamGroup()
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options)
        {
        }

        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 0.01, double lambd = 1e-4, double alpha = 0.75, double t0 = 1e6, double weight_decay = 0)
            : base(parameters, new Options { LearningRate = lr, lambd = lambd, alpha = alpha, t0 = t0, weight_decay = weight_decay })
        {
        }
    }
}
