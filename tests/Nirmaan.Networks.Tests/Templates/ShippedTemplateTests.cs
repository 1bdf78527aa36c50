using System.Text.Json;
using System.Text.RegularExpressions;
using Nirmaan.Domain.Fleet;
using Nirmaan.Networks.Templates;

namespace Nirmaan.Networks.Tests.Templates;

/// <summary>The shipped templates against the miners' own lines (facts from heurist-network/miner-release and vLLM 0.6.3).</summary>
public sealed class ShippedTemplateTests
{
    private const string Stamp = "2024-05-04 10:11:12,345 - __main__ - INFO - ";

    /// <summary>What the first matching rule says, as the agent reads it; null = none matches.</summary>
    private static (string State, string Reason)? Tell(string template, string line) => TemplateFile.Shipped(template).Logs.Rules
        .Where(r => Regex.IsMatch(line, r.Match, RegexOptions.CultureInvariant)).Select(r => ((string, string)?)(r.State, r.Reason)).FirstOrDefault();

    [Theory]
    [InlineData("Need to download 14 files, total size: 53.68 GB", "installing", "downloading")]
    [InlineData("Downloading file 3/14", "installing", "downloading")]
    [InlineData("All required model files are up to date. Miner is ready.", "loading", "files-ready")]
    [InlineData("All model files are up to date. Miner is ready.", "loading", "files-ready")]
    [InlineData("Creating processes for 1 CUDA devices", "loading", "starting")]
    [InlineData(Stamp + "Found 1 CUDA device(s).", "loading", "starting")]
    [InlineData(Stamp + "CUDA is ready...", "loading", "starting")]
    [InlineData("MINER ID 0xab5801a7d398351b8be11c439e05c5b3259aec9b-a1b2c3 authenticated. Proceed to mining.", "loading", "authenticated")]
    [InlineData(Stamp + "Default model AnimagineXL (base: sdxl) loaded successfully.", "serving", "model-loaded")]
    [InlineData(Stamp + "Model AnimagineXL loaded in 12.3 seconds.", "serving", "model-loaded")]
    [InlineData(Stamp + "Received model BluePencilRealistic from the server, loaded successfully.", "serving", "model-loaded")]
    [InlineData(Stamp + "Response from server for miner_id 0xab-a1b2c3: \"NJ\"", "idle", "no-job")]
    [InlineData(Stamp + "No job received.", "idle", "no-job")]
    [InlineData(Stamp + "Processing Request ID: sdk-image-3f2a. Model ID: AnimagineXL.", "working", "job-started")]
    [InlineData(Stamp + "Request ID sdk-image-3f2a completed. Total time: 9.41 s", "working", "job-done")]
    [InlineData("Warning: the previous request timed out. You will not earn points. Please check miner configuration or network connection.", "serving", "late-result")]
    [InlineData(Stamp + "No response received for the result of sdk-image-3f2a.", "idle", "server-unreachable")]
    [InlineData(Stamp + "Request failed with status code 429", "idle", "server-unreachable")]
    [InlineData(Stamp + "Failed to get a valid response from /miner_signal for miner_id 0xab.", "idle", "server-unreachable")]
    [InlineData("Number of CUDA devices specified in config is greater than available. Exiting...", "failed", "gpus-missing")]
    [InlineData("No local models found. Exiting...", "failed", "no-models")]
    [InlineData("Specified model ID FLUX.1-dev not found locally. Exiting...", "failed", "model-unknown")]
    [InlineData("CUDA is not available. Exiting...", "failed", "no-cuda")]
    [InlineData(Stamp + "Error in main function for cuda_device_id 0: boom", "failed", "crashed")]
    [InlineData("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB", "failed", "out-of-memory")]
    [InlineData("ERROR: Identity wallet file missing for Reward Wallet 0xab", "failed", "identity-wallet")]
    [InlineData("MINER_ID_0 is not set. Exiting...", "failed", "exited")]
    public void An_image_miners_line_is_read(string line, string state, string reason) => Tell("heurist-sd", line).ShouldBe((state, reason));

    [Theory]
    // Written every reload interval while the miner serves, too: it says nothing about the state.
    [InlineData("2024-05-04 10:11:12,345 - __main__ - DEBUG - No model updates required.")]
    // The second line of a finished job: counting it would count the job twice.
    [InlineData(Stamp + "Latencies - Request: 0.21 s, Loading: 0.00 s, Inference: 7.80 s, Upload: 0.81 s")]
    [InlineData("Fetching model list")]
    public void A_line_that_says_nothing_moves_no_image_miner(string line) => Tell("heurist-sd", line).ShouldBeNull();

    [Theory]
    [InlineData("Model openhermes-mixtral-8x7b-gptq is not ready. Waiting for LLM Server to finish loading the model to start.", "loading", "model-loads")]
    [InlineData("Test prompt with openhermes-mixtral-8x7b-gptq. Completed processing 120 tokens. Time: 3.20s. Tokens/s: 37.50", "serving", "test-prompt")]
    [InlineData("Warning: Inference speed is too slow", "serving", "too-slow")]
    [InlineData(Stamp + "LLM miner started", "serving", "model-loaded")]
    [InlineData(Stamp + "Processing Request ID: heurist-llm-77. Model ID: openhermes-mixtral-8x7b-gptq.", "working", "job-started")]
    [InlineData(Stamp + "Completed processing 412 tokens. Time: 10.90s. Tokens/s: 37.80", "working", "job-computed")]
    [InlineData(Stamp + "Result submitted successfully for job_id: heurist-llm-77", "working", "job-done")]
    [InlineData(Stamp + "Response from server for miner_id 0xab-a1b2c3: \"NJ\"", "idle", "no-job")]
    [InlineData(Stamp + "No job received.", "idle", "no-job")]
    [InlineData(Stamp + "No response received for job", "idle", "server-unreachable")]
    [InlineData(Stamp + "vLLM server process for model openhermes-mixtral-8x7b-gptq is not running. Exiting the llm miner program.", "failed", "model-server-gone")]
    [InlineData("ERROR: Insufficient VRAM. 28 GB are needed, 24 GB are there.", "failed", "vram")]
    [InlineData("ERROR: Heurist Model ID 'gpt-5' not found in models.json.", "failed", "model-unknown")]
    [InlineData("ERROR: nvidia-smi tool not found", "failed", "no-cuda")]
    [InlineData("ERROR: MINER_ID_0 not found in .env", "failed", "start-refused")]
    [InlineData("torch.OutOfMemoryError: CUDA out of memory.", "failed", "out-of-memory")]
    public void A_text_miners_line_is_read(string line, string state, string reason) => Tell("heurist-llm", line).ShouldBe((state, reason));

    [Fact]
    public void The_starters_word_of_success_is_not_believed() => Tell("heurist-llm", "Python script executed successfully.").ShouldBeNull();

    [Theory]
    [InlineData("INFO 11-18 12:00:00 api_server.py:585] vLLM API server version 0.6.3", "installing", "starting")]
    [InlineData("INFO 11-18 12:00:00 llm_engine.py:237] Initializing an LLM engine (v0.6.3) with config: model='x'", "installing", "starting")]
    [InlineData("INFO 11-18 12:00:00 model_runner.py:1056] Starting to load model NousResearch/Hermes-3-Llama-3.1-8B...", "loading", "model-loads")]
    [InlineData("Loading safetensors checkpoint shards:  25% Completed | 1/4 [00:01<00:04,  1.4s/it]", "loading", "model-loads")]
    [InlineData("INFO 11-18 12:00:00 model_runner.py:1067] Loading model weights took 14.9888 GB", "loading", "model-loads")]
    [InlineData("INFO:     Started server process [1]", "loading", "model-loads")]
    [InlineData("INFO:     Application startup complete.", "serving", "model-loaded")]
    [InlineData("INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)", "serving", "model-loaded")]
    [InlineData("INFO:     10.1.2.3:51234 - \"POST /v1/chat/completions HTTP/1.1\" 200 OK", "working", "job-done")]
    [InlineData("INFO:     10.1.2.3:51234 - \"POST /v1/chat/completions HTTP/1.1\" 500 Internal Server Error", "serving", "request-failed")]
    [InlineData("INFO 11-18 12:00:00 metrics.py:345] Avg prompt throughput: 1.0 tokens/s, Avg generation throughput: 9.0 tokens/s, Running: 2 reqs, Swapped: 0 reqs", "working", "prompts-running")]
    [InlineData("INFO 11-18 12:00:00 metrics.py:345] Avg prompt throughput: 0.0 tokens/s, Avg generation throughput: 0.0 tokens/s, Running: 0 reqs, Swapped: 0 reqs", "idle", "no-job")]
    [InlineData("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 15.00 GiB", "failed", "out-of-memory")]
    [InlineData("RuntimeError: Failed to infer device type", "failed", "no-cuda")]
    [InlineData("ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`", "failed", "out-of-memory")]
    [InlineData("ERROR 11-18 12:00:00 client.py:250] RuntimeError('Engine process (pid 88) died.') vllm.engine.multiprocessing.MQEngineDeadError: Engine loop is not running", "failed", "engine-dead")]
    [InlineData("ValueError: The model's max seq len (8192) is larger than the maximum number of tokens that can be stored in KV cache (4096)", "failed", "start-refused")]
    public void A_model_servers_line_is_read(string line, string state, string reason) => Tell("morpheus-llm", line).ShouldBe((state, reason));

    [Fact]
    public void A_model_servers_health_check_counts_no_job() => Tell("morpheus-llm", "INFO:     10.1.2.3:51234 - \"GET /health HTTP/1.1\" 200 OK").ShouldBeNull();

    [Theory]
    [InlineData("heurist-sd")]
    [InlineData("heurist-llm")]
    [InlineData("morpheus-llm")]
    public void A_shipped_template_counts_jobs_says_what_it_may_and_has_the_articles_machine(string name)
    {
        var template = TemplateFile.Shipped(name);
        template.Name.ShouldBe(name);
        template.Workload.ShouldBe(name);
        template.Logs.Rules.Count(r => r.Reason == "job-done").ShouldBe(1);
        template.Logs.Rules.Single(r => r.Reason == "job-done").State.ShouldBe("working");
        template.Licence.ShouldNotBeEmpty();
        (template.Needs.Vcpu, template.Needs.RamGb, template.Needs.DiskGb, template.Needs.Gpus).ShouldBe((8m, 16, 200, 1));
    }

    [Fact]
    public void Heurists_templates_carry_its_seasons_and_its_licence_warning()
    {
        foreach (var template in new[] { TemplateFile.Shipped("heurist-sd"), TemplateFile.Shipped("heurist-llm") })
        {
            template.Season.ShouldBe(new TemplateSeason(new(2024, 4, 1, 0, 0, 0, TimeSpan.Zero), new(2025, 1, 17, 0, 0, 0, TimeSpan.Zero)));
            template.Licence.ShouldContain("non-commercial");
            template.Needs.CudaMin.ShouldBe("12.1");
        }
    }

    [Fact]
    public void The_agent_gets_a_template_under_the_files_own_names()
    {
        var json = JsonSerializer.SerializeToElement(TemplateFile.Shipped("morpheus-llm"), JsonSerializerOptions.Web);
        json.GetProperty("needs").GetProperty("minVramGb").GetInt32().ShouldBe(20);
        json.GetProperty("needs").GetProperty("inboundPorts")[0].GetInt32().ShouldBe(8000);
        json.GetProperty("payout").GetProperty("env").GetString().ShouldBe("MODEL_PROVIDER");
        json.GetProperty("logs").GetProperty("rules")[0].GetProperty("match").GetString().ShouldNotBeNull();
        json.GetProperty("readyWithinMinutes").GetInt32().ShouldBe(45);
    }
}
