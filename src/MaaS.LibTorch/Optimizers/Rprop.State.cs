using static TorchSharp.torch;
using static TorchSharp.torch.optim;

namespace TorchSharp.Modules;

public partial class Rprop
{
    public sealed class State : OptimizerState, IDisposable
    {
        public long step;
        public Tensor prev = null!;
        public Tensor step_size = null!;

        public State(Parameter parameter) : base(parameter)
        {
        }

        public override void Initialize(OptimizerOptions options)
        {
            step = 0;
            Renew(ref prev!, Zeros());
            Renew(ref step_size!, full_like(_parameter, options.LearningRate!.Value));
        }

        public override void SaveStateDict(BinaryWriter writer)
        {
            writer.Write(step);
            prev.Save(writer);
            step_size.Save(writer);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            step = reader.ReadInt64();
            prev.Load(reader);
            step_size.Load(reader);
        }

        public override void LoadStateDict(OptimizerState source)
        {
            var from = (State)source;
            step = from.step;
            Copy(ref prev!, from.prev);
            Copy(ref step_size!, from.step_size);
        }

        public override bool ApproximatelyEquals(OptimizerState other) =>
            other is State rhs && step == rhs.step && Close(prev, rhs.prev) && Close(step_size, rhs.step_size);

        public override void to(Device device)
        {
            Move(ref prev!, device);
            Move(ref step_size!, device);
        }

        public void Dispose()
        {
            prev.Dispose();
            step_size.Dispose();
        }
    }

    public class Options : OptimizerOptions
    {
        public bool? maximize;
        public double? etaminus;
        public double? etaplus;
        public double? min_step;
        public double? max_step;

        public override void SaveStateDict(BinaryWriter writer)
        {
            base.SaveStateDict(writer);
            writer.Write(maximize!.Value);
            writer.Write(etaminus!.Value);
            writer.Write(etaplus!.Value);
            writer.Write(min_step!.Value);
            writer.Write(max_step!.Value);
        }

        public override void LoadStateDict(BinaryReader reader)
        {
            base.LoadStateDict(reader);
            maximize = reader.ReadBoolean();
            etaminus = reader.ReadDouble();
            etaplus = reader.ReadDouble();
            min_step = reader.ReadDouble();
            max_step = reader.ReadDouble();
        }

        public override void LoadStateDict(OptimizerOptions source)
        {
            base.LoadStateDict(source);
            var from = (Options)source;
            maximize = from.maximize;
            etaminus = from.etaminus;
            etaplus = from.etaplus;
            min_step = from.min_step;
            max_step = from.max_step;
        }

        internal void Complete(Options defaults)
        {
            maximize ??= defaults.maximize;
            etaminus ??= defaults.etaminus;
            etaplus ??= defaults.etaplus;
            min_step ??= defaults.min_step;
            max_step ??= defaults.max_step;
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

        public ParamGroup(IEnumerable<Parameter> parameters, double lr = 1e-2, double etaminus = 0.5, double etaplus = 1.2, double min_step = 1e-6, double max_step = 50, bool maximize = false)
            : base(parameters, new Options { LearningRate = lr, etaminus = etaminus, etaplus = etaplus, min_step = min_step, max_step = max_step, maximize = maximize })
        {
        }
    }
}
